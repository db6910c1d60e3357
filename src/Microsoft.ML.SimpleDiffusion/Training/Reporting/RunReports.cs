using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training.Reporting;

/// <summary>What a run writes for people to look at: TensorBoard's files and grids of samples. Where it cannot be written the run goes on.</summary>
internal sealed class RunReports
{
    private readonly TrainingOptions _options;
    private readonly TensorBoardLog? _tensorBoard;
    private readonly SampleGrids? _samples;
    private readonly Action<string> _warn;
    private bool _hasWarned;

    /// <param name="configuration">The run's, with nothing left open.</param>
    /// <param name="average">The model that generates samples. Needed if there are to be any; owned by the caller.</param>
    /// <param name="warn">Is told, once, that something cannot be written.</param>
    public RunReports(ModelConfiguration configuration, AverageModel? average, Action<string> warn)
    {
        _options = configuration.Options.Training;
        _warn = warn;
        _tensorBoard = _options.TensorBoardDirectory is string directory ? new TensorBoardLog(directory) : null;
        _samples = _options.SampleEverySteps is null ? null : new SampleGrids(configuration, average!, _options.CheckpointDirectory!);
    }

    public void Write(TrainingProgress progress) => Try(() => _tensorBoard?.Write(progress));

    public void Write(TrainingEvaluation evaluation) => Try(() => _tensorBoard?.Write(evaluation));

    /// <inheritdoc cref="SampleGrids.ShowTextsOf"/>
    public void ShowTextsOf(ImageDataset data) => _samples?.ShowTextsOf(data);

    public bool AreSamplesDue(long step) => _samples is not null && step % _options.SampleEverySteps == 0;

    /// <summary>Generates and writes samples if the step is one at which they are due.</summary>
    /// <param name="state">Where the training stands.</param>
    /// <param name="cancellationToken">Checked before each network evaluation.</param>
    public void WriteSamples(TrainingState state, CancellationToken cancellationToken)
    {
        if (AreSamplesDue(state.Step))
        {
            Try(() =>
            {
                string path = _samples!.Write(state, cancellationToken);
                _tensorBoard?.WriteSamples(state.Step, path);
            });
        }
    }

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
