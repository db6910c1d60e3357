using System.Globalization;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.TestSupport.Workload;
using Microsoft.ML.SimpleDiffusion.Training.Feed;

namespace Microsoft.ML.SimpleDiffusion.GpuCheck;

/// <summary>How fast batches are prepared, which must be faster than they are consumed.</summary>
internal static class FeedMeasurement
{
    public static void Run(Report report)
    {
        int threads = Math.Max(2, Environment.ProcessorCount - 1);
        report.TableHead("batches", "pictures/s on 1 thread", $"on {threads}", "ratio");
        foreach (var (side, batch) in new[] { (64, 64), (256, 64) })
        {
            var options = Workloads.QuickStart();
            (options.ImageHeight, options.ImageWidth, options.Training.BatchSize) = (side, side, batch);
            using var workload = new TrainingWorkload(options);
            BatchBuilder one = new(workload.Data, workload.Options, workload.Model.Schedule, threads: 1), many = new(workload.Data, workload.Options, workload.Model.Schedule, threads);
            var (slow, fast) = Timing.BestSecondsInTurns(() => one.Build(1, 0).Dispose(), () => many.Build(1, 0).Dispose());
            report.TableRow($"{batch} of {side}×{side}", Number(batch / slow), Number(batch / fast), (slow / fast).ToString("F2", CultureInfo.InvariantCulture));
        }
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
