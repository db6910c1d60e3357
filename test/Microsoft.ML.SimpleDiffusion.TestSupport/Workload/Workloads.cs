namespace Microsoft.ML.SimpleDiffusion.TestSupport.Workload;

/// <summary>The options of the networks that are measured.</summary>
internal static class Workloads
{
    /// <summary>64×64, 64 channels, levels 1, 2, 4 with 2 blocks each, 6 transformer blocks of width 256 at 16×16, batch 8.</summary>
    public static SimpleDiffusionOptions Benchmark() => Create(64, 8, new NetworkOptions
    {
        BaseChannels = 64,
        ChannelMultipliers = [1, 2, 4],
        BlocksPerLevel = [2, 2],
        TransformerBlocks = 6,
    });

    /// <summary>The same network with captions of 40 bytes on average in place of classes.</summary>
    public static SimpleDiffusionOptions Text()
    {
        var options = Benchmark();
        options.ConditionColumnName = "Caption";
        return options;
    }

    /// <summary>The same network twice as wide.</summary>
    public static SimpleDiffusionOptions Large()
    {
        var options = Benchmark();
        options.Network.BaseChannels = 128;
        return options;
    }

    /// <summary>The large network with 8 transformer blocks, one wavelet level below 128×128.</summary>
    public static SimpleDiffusionOptions Patched()
    {
        var options = Large();
        (options.ImageHeight, options.ImageWidth) = (128, 128);
        (options.Network.Patching, options.Network.PatchLevels, options.Network.TransformerBlocks) = (PatchingType.Dwt, 1, 8);
        return options;
    }

    /// <summary>What samples/QuickStart trains.</summary>
    public static SimpleDiffusionOptions QuickStart() => Create(32, 16, new NetworkOptions());

    /// <summary>So small that hundreds of steps take seconds.</summary>
    public static SimpleDiffusionOptions Tiny() => Create(8, 8, new NetworkOptions
    {
        BaseChannels = 8,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = [1],
        TransformerBlocks = 1,
    });

    private static SimpleDiffusionOptions Create(int size, int batch, NetworkOptions network) => new()
    {
        ConditionColumnName = "Label",
        ImageHeight = size,
        ImageWidth = size,
        Network = network,
        Training = new TrainingOptions { BatchSize = batch },
        Compute = new ComputeOptions { Device = ComputeDevice.Cpu, Precision = ComputePrecision.Float32 },
    };
}
