using Microsoft.ML.SimpleDiffusion.Benchmarks.Workload;
using Microsoft.ML.SimpleDiffusion.Training.Data;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;

/// <summary>Whether the data keeps up with the training.</summary>
internal static class DataFigures
{
    private const int Steps = 30;

    public static void Print()
    {
        var options = Workloads.QuickStart();
        options.Compute.Precision = ComputePrecision.Auto;
        using var workload = new TrainingWorkload(options);
        var builder = new BatchBuilder(workload.Data, workload.Options);
        var (step, batch) = Timing.BestSecondsInTurns(workload.Step, () => builder.Build(step: 1, microStep: 0).Dispose());
        Summary.Line("image-feed-over-consumption", step / batch);

        double waitedBefore = workload.WaitedSeconds;
        double seconds = Timing.Seconds(() =>
        {
            for (int i = 0; i < Steps; i++)
            {
                workload.Step();
            }
        });
        Summary.Line("data-wait-share-of-training", (workload.WaitedSeconds - waitedBefore) / seconds);
    }
}
