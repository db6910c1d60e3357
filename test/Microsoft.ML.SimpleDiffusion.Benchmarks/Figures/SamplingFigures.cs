using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.TestSupport.Workload;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;

/// <summary>Sampling steps.</summary>
internal static class SamplingFigures
{
    private const int Steps = 4;

    public static void Print()
    {
        foreach (var (name, create) in new[] { ("", (Func<SimpleDiffusionOptions>)Workloads.Benchmark), ("-large", Workloads.Large), ("-patched", Workloads.Patched) })
        {
            StepShare($"sampling-step{name}-fp32", create(), ComputePrecision.Float32);
            if (Summary.HasBFloat16)
            {
                StepShare($"sampling-step{name}-bf16", create(), ComputePrecision.BFloat16);
            }
        }

        Guidance();
        Student();
    }

    /// <summary>
    /// What a student of four steps gains over its teacher's 25 guided ones, which are 50 evaluations, over what it would gain if evaluations were all; and how
    /// long one picture of the QuickStart's size takes.
    /// </summary>
    private static void Student()
    {
        const int teacherSteps = 25, studentSteps = 4;
        var teacher = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = teacherSteps, GuidanceScale = 2 };
        var student = new SamplingOptions { Sampler = SamplerType.Ddim, Steps = studentSteps, Thresholding = ThresholdingType.None };
        var options = Workloads.QuickStart();
        options.Compute.Precision = ComputePrecision.Auto;
        using (var workload = new SamplingWorkload(options))
        {
            var (slow, fast) = Timing.BestSecondsInTurns(() => workload.Generate(teacher), () => workload.Generate(student));
            Summary.Line("student-gain-over-ratio-of-evaluations", slow / fast / (2.0 * teacherSteps / studentSteps));
        }

        options.Training.BatchSize = 1;
        using var single = new SamplingWorkload(options);
        Summary.Line("student-milliseconds-for-one-picture", 1000 * Timing.BestSeconds(() => single.Generate(student)));
    }

    /// <summary>From noise to pixels, so that noise, sampler and conversion count as well.</summary>
    private static void StepShare(string name, SimpleDiffusionOptions options, ComputePrecision precision)
    {
        options.Compute.Precision = precision;
        using var workload = new SamplingWorkload(options);
        var sampling = new SamplingOptions { Steps = Steps };
        ShareOfPeak.Measure(precision, Steps * workload.ForwardFlops, () => workload.Generate(sampling)).Print(name);
    }

    /// <summary>
    /// A sampling step under guidance runs the network on twice the images; outside the guidance interval it must cost what an unguided step costs.
    /// </summary>
    private static void Guidance()
    {
        using var workload = new SamplingWorkload(Workloads.Benchmark());
        var unguided = new SamplingOptions { Steps = 1 };
        var guided = new SamplingOptions { Steps = 1, GuidanceScale = 2 };

        // A single step lies at the end of the way.
        var outside = new SamplingOptions { Steps = 1, GuidanceScale = 2, GuidanceIntervalEnd = 0.5f };
        var (plain, twice) = Timing.BestSecondsInTurns(() => workload.Generate(unguided), () => workload.Generate(guided));
        Summary.Line("guided-over-unguided-step", twice / plain);
        var (plainAgain, once) = Timing.BestSecondsInTurns(() => workload.Generate(unguided), () => workload.Generate(outside));
        Summary.Line("guided-outside-interval-over-unguided", once / plainAgain);
    }
}
