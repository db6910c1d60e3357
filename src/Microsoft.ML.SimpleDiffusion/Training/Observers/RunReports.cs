using Microsoft.ML.SimpleDiffusion.Compute;
using TorchSharp.Modules;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>What a run writes for people to look at: TensorBoard's files and grids of samples. Where they cannot be made the run goes on.</summary>
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || OutOfMemory.IsCauseOf(e))
        {
            if (!_hasWarned)
            {
                _warn($"The training goes on, but its reports cannot be written: {e.Message}");
                _hasWarned = true;
            }
        }
    }
}

/// <summary>
/// Writes a run's numbers and images as TensorBoard's event files. Each call opens, writes and closes the file, so that nothing is lost when the
/// process ends. A resumed run adds another file to the folder; TensorBoard shows both as one run.
/// </summary>
internal sealed class TensorBoardLog
{
    private readonly SummaryWriter _writer;

    /// <param name="directory">Folder, created if needed.</param>
    /// <exception cref="InvalidOperationException">The folder cannot be written to.</exception>
    public TensorBoardLog(string directory)
    {
        try
        {
            _writer = torch.utils.tensorboard.SummaryWriter(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The option Training.TensorBoardDirectory must be a folder that can be written to, and '{directory}' is not: {e.Message}", e);
        }
    }

    public void Write(TrainingProgress progress)
    {
        Scalar("training/loss", progress.Loss);
        Scalar("training/learning rate", progress.LearningRate);
        Scalar("training/gradient norm", progress.GradientNorm);
        Scalar("speed/images per second", progress.ImagesPerSecond);
        Scalar("speed/share of matrix peak", progress.ShareOfPeak);
        Scalar("speed/share of time waiting for data", progress.DataWaitShare);
        Scalar("memory/bytes in use", progress.MemoryBytes);

        void Scalar(string tag, double value) => _writer.add_scalar(tag, (float)value, progress.Step);
    }

    public void Write(TrainingEvaluation evaluation)
    {
        foreach (var (name, value) in evaluation.Metrics)
        {
            _writer.add_scalar($"validation/{name}", (float)value, (int)evaluation.Step);
        }
    }

    /// <param name="step">Optimizer steps done.</param>
    /// <param name="path">An image file.</param>
    public void WriteSamples(long step, string path) => _writer.add_img("samples", path, (int)step);
}
