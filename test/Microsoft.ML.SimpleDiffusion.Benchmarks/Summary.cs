using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Training;
using Microsoft.ML.SimpleDiffusion.Training.Data;
using Microsoft.ML.SimpleDiffusion.Wavelets;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks;

/// <summary>The figures that the project promises, each a ratio of two things measured in the same run.</summary>
internal static class Summary
{
    private const int WarmUpSteps = 2;
    private const int MeasuredSteps = 8;

    public static void Print()
    {
        _ = ComputeTarget.Resolve(new ComputeOptions { Device = ComputeDevice.Cpu });
        TrainStep();
        ImageFeed();
        Wavelet();
        GuidedSampling();
        LiveTensors();
    }

    /// <summary>
    /// Achieved operations per second of a training step over those of a matrix product, best over best and median over median. Steps and products
    /// take turns, so that both see the same machine; a product is over in a tenth of a second, a step takes seconds, so that on a shared machine the
    /// best product meets a better moment than the best step can.
    /// </summary>
    private static void TrainStep()
    {
        using var workload = new TrainingWorkload(Workloads.Benchmark());
        double flops = (double)workload.Cost.TrainingFlops * workload.Options.Training.BatchSize;
        var products = new List<double>();
        var steps = new List<double>();
        for (int i = 0; i < WarmUpSteps + MeasuredSteps; i++)
        {
            products.AddRange(MatrixPeak.MeasureFlops());
            double seconds = Seconds(workload.Step);
            if (i >= WarmUpSteps)
            {
                steps.Add(flops / seconds);
            }
        }

        Line("train-step-fp32-share-of-peak", steps.Max() / products.Max());
        Line("train-step-fp32-share-of-median-product", Median(steps) / Median(products));
        double step = flops / steps.Max();

        double optimizer = BestSeconds(() =>
        {
            double norm = AdamOptimizer.GradientNorm(workload.State);
            AdamOptimizer.Apply(workload.State, AdamUpdate.At(workload.Options.Training, step: 1, norm));
        });
        Line("optimizer-share-of-train-step", optimizer / step);
    }

    /// <summary>Pictures that the feed prepares per second over those that the QuickStart network consumes.</summary>
    private static void ImageFeed()
    {
        using var workload = new TrainingWorkload(Workloads.QuickStart());
        double step = BestSeconds(workload.Step);
        var builder = new BatchBuilder(workload.Data, workload.Options);
        double batch = BestSeconds(() => builder.Build(step: 1, microStep: 0).Dispose());
        Line("image-feed-over-consumption", step / batch);
    }

    /// <summary>Both transforms and their gradients at 128×128, over the training step of a network that works one level below.</summary>
    private static void Wavelet()
    {
        using var workload = new TrainingWorkload(Workloads.Patched());
        var options = workload.Options;
        long[] shape = [options.Training.BatchSize, options.Channels, options.ImageHeight, options.ImageWidth];
        int levels = options.Network.PatchLevels!.Value;
        using var images = randn(shape, requires_grad: true);
        using var gradient = randn(shape);
        var (wavelet, step) = BestSecondsInTurns(
            () =>
            {
                using var scope = NewDisposeScope();
                Wavelet53.Inverse(Wavelet53.Forward(images, levels), levels).backward([gradient]);
            },
            workload.Step);
        Line("dwt-share-of-train-step", wavelet / step);
    }

    /// <summary>
    /// A sampling step under guidance runs the network on twice the images; outside the guidance interval it must cost what an unguided step costs.
    /// </summary>
    private static void GuidedSampling()
    {
        using var workload = new SamplingWorkload(Workloads.Benchmark());
        var unguided = new SamplingOptions { Steps = 1 };
        var guided = new SamplingOptions { Steps = 1, GuidanceScale = 2 };

        // A single step lies at the end of the way.
        var outside = new SamplingOptions { Steps = 1, GuidanceScale = 2, GuidanceIntervalEnd = 0.5f };
        var (plain, twice) = BestSecondsInTurns(() => workload.Generate(unguided), () => workload.Generate(guided));
        Line("guided-over-unguided-step", twice / plain);
        var (plainAgain, once) = BestSecondsInTurns(() => workload.Generate(unguided), () => workload.Generate(outside));
        Line("guided-outside-interval-over-unguided", once / plainAgain);
    }

    private static void LiveTensors()
    {
        using var workload = new TrainingWorkload(Workloads.Tiny());
        long atTen = 0;
        for (int step = 1; step <= 500; step++)
        {
            workload.Step();
            if (step == 10)
            {
                // What building the workload has left to the finaliser is no part of the steps.
                GC.Collect();
                GC.WaitForPendingFinalizers();
                atTen = Tensor.TotalCount;
            }
        }

        // Batches are prepared ahead, so that a few more or fewer of their tensors may be alive.
        Line("live-tensors-step-500-over-step-10", (double)Tensor.TotalCount / atTen);
    }

    private static double BestSeconds(Action action)
    {
        for (int i = 0; i < WarmUpSteps; i++)
        {
            action();
        }

        double best = double.MaxValue;
        for (int i = 0; i < MeasuredSteps; i++)
        {
            best = Math.Min(best, Seconds(action));
        }

        return best;
    }

    /// <summary>Best times of two actions that take turns, so that both see the same machine.</summary>
    private static (double First, double Second) BestSecondsInTurns(Action first, Action second)
    {
        double bestFirst = double.MaxValue, bestSecond = double.MaxValue;
        for (int i = 0; i < WarmUpSteps + MeasuredSteps; i++)
        {
            double a = Seconds(first), b = Seconds(second);
            if (i >= WarmUpSteps)
            {
                (bestFirst, bestSecond) = (Math.Min(bestFirst, a), Math.Min(bestSecond, b));
            }
        }

        return (bestFirst, bestSecond);
    }

    private static double Seconds(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalSeconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static void Line(string name, double ratio) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {ratio:F3}"));
}
