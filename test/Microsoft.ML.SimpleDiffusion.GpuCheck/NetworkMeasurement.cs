using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.TestSupport.Workload;

namespace Microsoft.ML.SimpleDiffusion.GpuCheck;

/// <summary>Training steps of networks of all sizes: time, share of the matrix peak, what passes between host and device, memory.</summary>
internal static class NetworkMeasurement
{
    private const int WarmUpSteps = 3;
    private const int FewBlocks = 4;

    /// <summary>Share of the memory that a network may take by arithmetic, which leaves out scratch space.</summary>
    private const double UsableMemory = 0.85;

    private static readonly (string Name, ComputePrecision Precision, Func<SimpleDiffusionOptions> Create)[] Networks =
    [
        ("benchmark, 64×64", ComputePrecision.Float32, Workloads.Benchmark),
        ("benchmark, 64×64", ComputePrecision.BFloat16, Workloads.Benchmark),
        ("benchmark, batch 128", ComputePrecision.BFloat16, () => Change(Workloads.Benchmark(), options => options.Training.BatchSize = 128)),
        ("preset UVitGpu24GB", ComputePrecision.BFloat16, SimpleDiffusionPresets.UVitGpu24GB),
        ("preset UVitGpu80GB", ComputePrecision.BFloat16, SimpleDiffusionPresets.UVitGpu80GB),
        ("UVitImageNet128, 4 of 36 blocks", ComputePrecision.BFloat16, () => FewerBlocks(SimpleDiffusionPresets.UVitImageNet128(), batch: 16)),
        ("UVitImageNet256, 4 of 36 blocks", ComputePrecision.BFloat16, () => FewerBlocks(SimpleDiffusionPresets.UVitImageNet256(), batch: 16)),
        ("UVitImageNet512, 4 of 36 blocks", ComputePrecision.BFloat16, () => FewerBlocks(SimpleDiffusionPresets.UVitImageNet512(), batch: 16)),
        ("UNetImageNet256, 1 block a level", ComputePrecision.BFloat16, () => Change(SimpleDiffusionPresets.UNetImageNet256(), options =>
        {
            options.Network.BlocksPerLevel = [1, 1, 1, 1, 1, 1];
            options.Training.BatchSize = 16;
        })),
    ];

    public static void Run(ComputeTarget target, TimeSpan timePerNetwork, Report report)
    {
        report.TableHead("network", "million weights", "precision", "batch", "ms a step", "pictures/s", "TFLOP/s", "share of peak", "waits a step", "MB up a step", "GB by arithmetic", "GB in use");
        var peaks = new Dictionary<ComputePrecision, double>();
        foreach (var (name, precision, create) in Networks)
        {
            var options = create();
            options.ConditionColumnName = "Label";
            options.Training.GradientAccumulation = 1;
            var plan = NetworkPlan.Of(Specify(options));
            double needed = plan.StateBytes + ((double)options.Training.BatchSize * plan.ActivationBytesPerImage);
            string weights = (plan.ParameterCount / 1e6).ToString("F1", CultureInfo.InvariantCulture);
            if (needed > UsableMemory * DeviceFacts.MemoryBytes(target))
            {
                report.TableRow(name, weights, $"{precision}", $"{options.Training.BatchSize}", "not run: too little memory", "", "", "", "", "", Gigabytes(needed), "");
                continue;
            }

            var here = new ComputeTarget(target.Device, precision);
            if (!peaks.TryGetValue(precision, out double peak))
            {
                peaks[precision] = peak = MatrixPeak.Measure(here);
            }

            Measure(name, weights, options, here, peak, needed, timePerNetwork, report);
        }
    }

    private static void Measure(
        string name, string weights, SimpleDiffusionOptions options, ComputeTarget target, double peak, double needed, TimeSpan time, Report report)
    {
        using var workload = new TrainingWorkload(options, target, staysOnDevice: true);
        workload.RandomizeWeights();
        for (int i = 0; i < WarmUpSteps; i++)
        {
            workload.Step();
        }

        target.Synchronize();
        (long waits, long bytes) = (target.Traffic.Waits, target.Traffic.UploadedBytes);
        var clock = Stopwatch.StartNew();
        int steps = 0;
        while (clock.Elapsed < time || steps == 0)
        {
            workload.Step();
            steps++;
        }

        target.Synchronize();
        double seconds = clock.Elapsed.TotalSeconds / steps;
        double flops = workload.Plan.TrainingFlops * (double)options.Training.BatchSize / seconds;
        report.TableRow(
            name,
            weights,
            $"{target.Precision}",
            $"{options.Training.BatchSize}",
            Number(seconds * 1e3),
            Number(options.Training.BatchSize / seconds),
            Number(flops / 1e12),
            Number(flops / peak),
            Number((target.Traffic.Waits - waits - 1.0) / steps),
            Number((target.Traffic.UploadedBytes - bytes) / 1e6 / steps),
            Gigabytes(needed),
            Gigabytes(target.MemoryInUse));
    }

    private static NetworkSpecification Specify(SimpleDiffusionOptions options)
        => new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = new string[TrainingWorkload.ClassCount] }.Specify(OptionsResolver.Resolve(options, hasGpu: false, seed: 1));

    private static SimpleDiffusionOptions FewerBlocks(SimpleDiffusionOptions options, int batch)
    {
        options.Network.TransformerBlocks = FewBlocks;
        options.Training.BatchSize = batch;
        return options;
    }

    private static SimpleDiffusionOptions Change(SimpleDiffusionOptions options, Action<SimpleDiffusionOptions> change)
    {
        change(options);
        return options;
    }

    private static string Number(double value) => value.ToString(value < 10 ? "F2" : "F0", CultureInfo.InvariantCulture);

    private static string Gigabytes(double bytes) => (bytes / 1e9).ToString("F1", CultureInfo.InvariantCulture);
}
