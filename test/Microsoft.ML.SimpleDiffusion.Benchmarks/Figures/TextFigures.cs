using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.TestSupport.Workload;
using Microsoft.ML.SimpleDiffusion.Training.Feed;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;

/// <summary>What captions cost.</summary>
internal static class TextFigures
{
    private const int Repetitions = 15;

    public static void Print()
    {
        StepOverClasses("text-step-over-class-step-fp32", ComputePrecision.Float32);
        if (Summary.HasBFloat16)
        {
            StepOverClasses("text-step-over-class-step-bf16", ComputePrecision.BFloat16);
        }

        Batches();
    }

    /// <summary>Training steps of the same network under captions and under classes. The median of the ratios of steps that follow one another.</summary>
    private static void StepOverClasses(string name, ComputePrecision precision)
    {
        SimpleDiffusionOptions text = Workloads.Text(), classes = Workloads.Benchmark();
        text.Compute.Precision = classes.Compute.Precision = precision;
        using TrainingWorkload captioned = new(text), labelled = new(classes);
        var (firsts, seconds) = Timing.SecondsInTurns(captioned.Step, labelled.Step, Repetitions);
        Summary.Line(name, Timing.Median(firsts.Zip(seconds, (first, second) => first / second)));
        Summary.Line(name.Replace("step-over-class-step", "flops-over-class-flops", StringComparison.Ordinal), (double)captioned.Plan.TrainingFlops / labelled.Plan.TrainingFlops);
    }

    /// <summary>Preparing a batch, captions padded and all, over the training step that it is for.</summary>
    private static void Batches()
    {
        using var workload = new TrainingWorkload(Workloads.Text());
        var builder = new BatchBuilder(workload.Data, workload.Options, NoiseSchedules.Create(workload.Options));
        int step = 0;
        var (batch, training) = Timing.BestSecondsInTurns(() => builder.Build(step++, microStep: 0).Dispose(), workload.Step);
        Summary.Line("text-batch-share-of-train-step", batch / training);
    }
}
