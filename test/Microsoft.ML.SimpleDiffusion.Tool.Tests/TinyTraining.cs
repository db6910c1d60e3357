namespace Microsoft.ML.SimpleDiffusion.Tool.Tests;

/// <summary>A training that is a matter of a second.</summary>
internal static class TinyTraining
{
    public static readonly string[] Arguments =
    [
        "--size", "16", "--seed", "1", "--threads", "1", "--device", "Cpu",
        "--set", "Network.BaseChannels=8", "--set", "Network.EmbeddingChannels=8", "--set", "Network.ChannelMultipliers=1,1", "--set", "Network.BlocksPerLevel=1",
        "--set", "Network.TransformerBlocks=1", "--set", "Network.AttentionHeads=1", "--set", "Network.Patching=None", "--set", "Training.Steps=2", "--set", "Training.BatchSize=4",
        "--set", "Sampling.Steps=2", "--set", "Diffusion.NoiseResolution=16",
    ];
}
