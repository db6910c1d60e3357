using System.Globalization;
using Microsoft.ML.SimpleDiffusion;

namespace QuickStart;

/// <summary>Writes the progress of a training to a CSV file, or nowhere.</summary>
internal sealed class LossLog : IProgress<TrainingProgress>, IDisposable
{
    private readonly StreamWriter? _writer;

    private LossLog(StreamWriter? writer) => _writer = writer;

    public static LossLog Open(FileInfo? file)
    {
        var writer = file is null ? null : new StreamWriter(file.FullName) { AutoFlush = true };
        writer?.WriteLine("step,loss,gradient_norm,learning_rate,images_per_second,data_wait_share,share_of_peak");
        return new LossLog(writer);
    }

    public void Report(TrainingProgress value)
    {
        // What is told before the first step is of an evaluation.
        if (value.Step > 0)
        {
            _writer?.WriteLine(Line(value));
        }
    }

    public void Dispose() => _writer?.Dispose();

    private static string Line(TrainingProgress value) => string.Create(
        CultureInfo.InvariantCulture,
        $"{value.Step},{value.Loss:F5},{value.GradientNorm:F4},{value.LearningRate:G4},{value.ImagesPerSecond:F2},{value.DataWaitShare:F4},{value.ShareOfPeak:F4}");
}
