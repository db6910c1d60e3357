using TorchSharp;
using TorchSharp.Modules;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>
/// Writes a run's numbers and pictures as TensorBoard's event files. Each call opens, writes and closes the file, so that nothing is lost when the
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
    /// <param name="path">A picture file.</param>
    public void WriteSamples(long step, string path) => _writer.add_img("samples", path, (int)step);
}
