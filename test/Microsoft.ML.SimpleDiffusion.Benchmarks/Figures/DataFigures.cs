using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.TestSupport.Workload;
using Microsoft.ML.SimpleDiffusion.Training.Feed;

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
        var builder = new BatchBuilder(workload.Data, workload.Options, NoiseSchedules.Create(workload.Options));
        var (step, batch) = Timing.BestSecondsInTurns(workload.Step, () => builder.Build(step: 1, microStep: 0).Dispose());
        Summary.Line("image-feed-over-consumption", step / batch);
        var parallel = new BatchBuilder(workload.Data, workload.Options, NoiseSchedules.Create(workload.Options), Environment.ProcessorCount);
        var (one, many) = Timing.BestSecondsInTurns(() => builder.Build(step: 1, microStep: 0).Dispose(), () => parallel.Build(step: 1, microStep: 0).Dispose());
        Summary.Line($"batches-per-second-on-{Environment.ProcessorCount}-threads-over-1", one / many);

        long uploadedBefore = workload.Target.Traffic.UploadedBytes;
        workload.Step();
        double floatPictures = (double)sizeof(float) * workload.Options.Training.BatchSize * workload.Data.Size.Length;
        Summary.Line("uploaded-bytes-per-step-over-pictures-in-float32", (workload.Target.Traffic.UploadedBytes - uploadedBefore) / floatPictures);

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
