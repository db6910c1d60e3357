using Microsoft.ML.SimpleDiffusion.Networks.Wavelets;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.TestSupport.Workload;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;
using Microsoft.ML.SimpleDiffusion.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;

/// <summary>Training steps and what goes with them.</summary>
internal static class TrainingFigures
{
    private const double SecondsBetweenCheckpoints = 300;

    public static void Print()
    {
        foreach (var (name, create) in new[] { ("", (Func<SimpleDiffusionOptions>)Workloads.Benchmark), ("-large", Workloads.Large), ("-patched", Workloads.Patched) })
        {
            StepShare($"train-step{name}-fp32", create(), ComputePrecision.Float32);
            if (Summary.HasBFloat16)
            {
                StepShare($"train-step{name}-bf16", create(), ComputePrecision.BFloat16);
            }
        }

        OptimizerAndCheckpoints();
        Recomputation();
        Wavelet();
    }

    /// <summary>What Muon costs.</summary>
    public static void PrintMuon()
    {
        Muon("-quickstart", Workloads.QuickStart());
        Muon(string.Empty, Workloads.Benchmark());
    }

    private static void StepShare(string name, SimpleDiffusionOptions options, ComputePrecision precision)
    {
        options.Compute.Precision = precision;
        using var workload = new TrainingWorkload(options);
        double flops = (double)workload.Plan.TrainingFlops * workload.Options.Training.BatchSize;
        ShareOfPeak.Measure(precision, flops, workload.Step).Print(name);
    }

    /// <summary>A step with Muon over a step with Adam, at batches of 32.</summary>
    private static void Muon(string name, SimpleDiffusionOptions options)
    {
        options.Training.BatchSize = 32;
        options.Compute.Precision = ComputePrecision.Auto;
        using var adam = new TrainingWorkload(options);
        options.Training.Optimizer = OptimizerType.Muon;
        using var muon = new TrainingWorkload(options);
        var (first, second) = Timing.BestSecondsInTurns(adam.Step, muon.Step);
        Summary.Line($"muon-over-adam-step{name}", second / first);
    }

    /// <summary>In the fastest precision, in which they weigh most.</summary>
    private static void OptimizerAndCheckpoints()
    {
        var options = Workloads.Benchmark();
        options.Compute.Precision = ComputePrecision.Auto;
        using var workload = new TrainingWorkload(options);
        using var loss = torch.zeros([], dtype: torch.ScalarType.Float64, device: torch.CPU);
        var optimizer = IOptimizer.Create(OptimizerType.Adam, workload.State, ComputePrecision.Float32, staysOnDevice: false);
        var (step, update) = Timing.BestSecondsInTurns(workload.Step, () =>
        {
            using var norm = workload.State.Gradients.Values.norm();
            optimizer.Apply(workload.State, AdamUpdate.At(workload.Options.Training, step: 1), loss, norm);
        });
        Summary.Line("optimizer-share-of-train-step", update / step);
        Summary.Line("checkpoint-share-of-five-minutes", SaveSeconds(workload) / SecondsBetweenCheckpoints);
    }

    private static double SaveSeconds(TrainingWorkload workload)
    {
        string folder = Directory.CreateTempSubdirectory("simple-diffusion-benchmark-").FullName;
        try
        {
            using var store = CheckpointStore.Open(folder);
            int step = 0;
            return Timing.Median(Enumerable.Range(0, 3).Select(_ => Timing.Seconds(() => Save(store, workload, ++step))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Save(CheckpointStore store, TrainingWorkload workload, int step)
    {
        var tensors = workload.State.NamedTensors();
        store.Save(new Checkpoint(new RestorePoint(step, SkippedSteps: 0), workload.Configuration, tensors));
        NamedTensor.DisposeAll(tensors);
    }

    private static void Recomputation()
    {
        SimpleDiffusionOptions plain = Workloads.Benchmark(), recomputing = Workloads.Benchmark();
        recomputing.Network.ActivationCheckpointing = true;
        using TrainingWorkload kept = new(plain), recomputed = new(recomputing);
        var (keptStep, recomputedStep) = Timing.BestSecondsInTurns(kept.Step, recomputed.Step);
        Summary.Line("activation-checkpointing-over-plain-step", recomputedStep / keptStep);
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
        var (wavelet, step) = Timing.BestSecondsInTurns(
            () =>
            {
                using var scope = NewDisposeScope();
                Wavelet53.Inverse(Wavelet53.Forward(images, levels), levels).backward([gradient]);
            },
            workload.Step);
        Summary.Line("dwt-share-of-train-step", wavelet / step);
    }
}
