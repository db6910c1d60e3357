using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.TestSupport.Workload;

namespace Microsoft.ML.SimpleDiffusion.GpuCheck;

/// <summary>
/// Loss, gradient, step and pictures of small networks, on the CPU and on the device, from the same weights, every one of them random: untrained networks, whose
/// last layers are zero, agree whatever lies before.
/// </summary>
internal static class Comparison
{
    private static readonly (string Name, Func<SimpleDiffusionOptions> Create)[] Networks =
    [
        ("U-ViT, classes", () => Small(NetworkArchitecture.UVit, PatchingType.None)),
        ("U-ViT, wavelets, checkpointed", () => With(Small(NetworkArchitecture.UVit, PatchingType.Dwt), options => options.Network.ActivationCheckpointing = true)),
        ("U-ViT, captions", () => With(Small(NetworkArchitecture.UVit, PatchingType.Convolution), options => options.ConditionColumnName = "Caption")),
        ("Residual U-ViT, convolutions", () => Small(NetworkArchitecture.ResidualUVit, PatchingType.Convolution)),
        ("U-Net, classes", () => Small(NetworkArchitecture.UNet, PatchingType.None)),
        ("U-Net, captions", () => With(Small(NetworkArchitecture.UNet, PatchingType.None), options => options.ConditionColumnName = "Caption")),
    ];

    /// <returns>Whether all differences are within the bounds.</returns>
    public static bool Run(ComputeTarget target, Report report)
    {
        report.TableHead("network", "precision", "loss", "gradient", "weights after a step", "pictures: mean levels off", "within the bounds");
        bool agrees = true;
        foreach (var (name, create) in Networks)
        {
            foreach (var precision in new[] { ComputePrecision.Float32, ComputePrecision.BFloat16 })
            {
                var options = create();
                options.Compute = new ComputeOptions { Device = ComputeDevice.Cpu, Precision = precision };
                using var here = new ComparedModel(options, new ComputeTarget(TorchSharp.torch.CPU, precision), staysOnDevice: false);
                using var there = new ComparedModel(options, new ComputeTarget(target.Device, precision), staysOnDevice: true);
                there.TakeWeightsOf(here);
                var pictures = here.PictureDifference(there);
                var step = here.StepDifference(there);
                var bounds = precision == ComputePrecision.Float32 ? Bounds.Float32 : Bounds.BFloat16;
                bool isWithin = step.Loss <= bounds.Loss && step.Gradient <= bounds.Gradient && step.Weights <= bounds.Weights && pictures <= bounds.Levels;
                report.TableRow(name, $"{precision}", Text(step.Loss), Text(step.Gradient), Text(step.Weights), Text(pictures), isWithin ? "yes" : "**no**");
                agrees &= isWithin;
            }
        }

        report.Text($"Differences are relative, in the Euclidean norm over all numbers; bounds are {Bounds.Float32} in float32 and {Bounds.BFloat16} in bfloat16.");
        return agrees;
    }

    private static SimpleDiffusionOptions Small(NetworkArchitecture architecture, PatchingType patching)
    {
        var options = Workloads.Tiny();
        (options.ImageHeight, options.ImageWidth) = (32, 32);
        options.Network.Architecture = architecture;
        options.Network.BaseChannels = 32;
        options.Network.ChannelMultipliers = [1, 2];
        options.Network.BlocksPerLevel = architecture == NetworkArchitecture.UNet ? [1, 1] : [1];
        options.Network.TransformerBlocks = 2;
        (options.Network.Patching, options.Network.PatchLevels) = (patching, 1);

        // Adam makes a step of one size of any gradient, however small and whatever its sign; this epsilon leaves their sizes as they are.
        (options.Training.AdamEpsilon, options.Training.LearningRate, options.Training.WarmupSteps) = (1e3, 1, 0);
        options.Sampling = new SamplingOptions { Sampler = SamplerType.Ddpm, Steps = 8, GuidanceScale = 2 };
        return options;
    }

    private static SimpleDiffusionOptions With(SimpleDiffusionOptions options, Action<SimpleDiffusionOptions> change)
    {
        change(options);
        return options;
    }

    private static string Text(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    private readonly record struct Bounds(double Loss, double Gradient, double Weights, double Levels)
    {
        public static Bounds Float32 { get; } = new(1e-4, 1e-3, 1e-5, 0.05);

        // Eight bits of each factor: libraries differ in the order of their sums.
        public static Bounds BFloat16 { get; } = new(0.02, 0.1, 1e-3, 3);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Loss}, {Gradient}, {Weights}, {Levels}");
    }
}
