using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Training;
using Microsoft.ML.SimpleDiffusion.Training.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks;

/// <summary>The figures that the project promises, each a ratio of two things measured in the same run.</summary>
internal static class Summary
{
    private const int WarmUpSteps = 2;
    private const int MeasuredSteps = 6;

    public static void Print()
    {
        _ = ComputeTarget.Resolve(new ComputeOptions { Device = ComputeDevice.Cpu });
        TrainStep();
        ImageFeed();
        LiveTensors();
    }

    /// <summary>Achieved operations per second of the best training step over those of the best matrix product.</summary>
    private static void TrainStep()
    {
        using var workload = new TrainingWorkload(Workloads.Benchmark());
        double flops = (double)workload.Cost.TrainingFlops * workload.Options.Training.BatchSize;
        double peak = MatrixPeak.MeasureFlops();
        double step = BestSeconds(workload.Step);
        peak = Math.Max(peak, MatrixPeak.MeasureFlops());
        Line("train-step-fp32-share-of-peak", flops / step / peak);

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
            var clock = Stopwatch.StartNew();
            action();
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }

        return best;
    }

    private static void Line(string name, double ratio) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {ratio:F3}"));
}
