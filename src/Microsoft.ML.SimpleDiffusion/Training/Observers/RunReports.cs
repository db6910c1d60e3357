namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>What a run writes for people to look at: TensorBoard's files and grids of samples. Where it cannot be written the run goes on.</summary>
internal sealed class RunReports
{
    private readonly TensorBoardLog? _tensorBoard;
    private readonly Action<string> _warn;
    private bool _hasWarned;

    /// <param name="tensorBoardDirectory">Folder for TensorBoard's files, or null for none.</param>
    /// <param name="warn">Is told, once, that something cannot be written.</param>
    /// <exception cref="InvalidOperationException">The folder cannot be written to.</exception>
    public RunReports(string? tensorBoardDirectory, Action<string> warn)
    {
        _warn = warn;
        _tensorBoard = tensorBoardDirectory is null ? null : new TensorBoardLog(tensorBoardDirectory);
    }

    public void Write(TrainingProgress progress) => Try(() => _tensorBoard?.Write(progress));

    public void Write(TrainingEvaluation evaluation) => Try(() => _tensorBoard?.Write(evaluation));

    /// <param name="step">Optimizer steps done.</param>
    /// <param name="write">Writes samples, and says to which file.</param>
    public void WriteSamples(long step, Func<string> write) => Try(() =>
    {
        string path = write();
        _tensorBoard?.WriteSamples(step, path);
    });

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_hasWarned)
            {
                _warn($"The training goes on, but its reports cannot be written: {e.Message}");
                _hasWarned = true;
            }
        }
    }
}
