namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// Fills in the network options that were left open, from the image size and the device. Following the paper, the network grows at the low
/// resolution (section 3.3): the transformer works at 16×16, at 8×8 for images below 64 pixels.
/// </summary>
internal static class NetworkDefaults
{
    /// <summary>Images of at least this many pixels on the shorter side are patched.</summary>
    private const int PatchingFrom = 128;

    /// <summary>What Karras et al. (EDM, 2022) chose: one channel in a group is an instance norm.</summary>
    private const int ChannelsPerGroup = 4;

    private const int MinTextWidth = 8;
    private const int MaxTextWidth = 1024;

    /// <summary>'attn_resolutions' of appendix B.1.</summary>
    private static readonly int[] PaperAttentionResolutions = [8, 16];

    /// <summary>Sets every open number of <paramref name="options"/>.Network.</summary>
    /// <param name="options">The options to complete, in place.</param>
    /// <param name="hasGpu">Whether the network may be sized for a GPU.</param>
    public static void Complete(SimpleDiffusionOptions options, bool hasGpu)
    {
        var network = options.Network;
        int shorterSide = Math.Min(options.ImageHeight, options.ImageWidth);
        CompletePatching(options, shorterSide);

        int patch = network.Patching == PatchingType.None ? 1 : 1 << network.PatchLevels!.Value;
        int downsamplings = network.ChannelMultipliers is { Length: > 0 } given
            ? given.Length - 1
            : CountDownsamplings(options.ImageHeight / patch, options.ImageWidth / patch, lowest: shorterSide < 64 ? 8 : 16);

        bool isUNet = network.Architecture == NetworkArchitecture.UNet;
        network.BaseChannels ??= hasGpu ? 128 : 32;
        network.EmbeddingChannels ??= 4 * network.BaseChannels;
        network.ChannelMultipliers ??= Multipliers(downsamplings, hasGpu && !isUNet ? 6 : 4);
        network.BlocksPerLevel ??= Enumerable.Repeat(2, isUNet ? downsamplings + 1 : downsamplings).ToArray();
        network.ChannelsPerGroup ??= ChannelsPerGroup;
        network.TransformerBlocks ??= hasGpu ? 12 : 4;
        network.AttentionResolutions ??= isUNet
            ? PaperAttentionResolutions.Where(NetworkSpecification.LevelHeights(options).Contains).ToArray()
            : [.. PaperAttentionResolutions];
    }

    /// <summary>Sets every open number of the text encoder.</summary>
    /// <param name="options">Options whose network is complete, to complete in place.</param>
    /// <param name="hasGpu">Whether the encoder may be sized for a GPU.</param>
    public static void CompleteText(SimpleDiffusionOptions options, bool hasGpu)
    {
        var (network, text) = (options.Network, options.Network.TextEncoder);
        text.Width ??= Math.Clamp(network.BaseChannels!.Value * network.ChannelMultipliers![^1], MinTextWidth, MaxTextWidth);
        text.Depth ??= hasGpu ? 4 : 2;
        text.Heads ??= Enumerable.Range(1, network.AttentionHeads).Last(heads => text.Width % heads == 0);
    }

    private static void CompletePatching(SimpleDiffusionOptions options, int shorterSide)
    {
        var network = options.Network;
        int fitting = FittingPatchLevels(options.ImageHeight, options.ImageWidth);
        if (network.Patching == PatchingType.Auto)
        {
            bool isWanted = network.PatchLevels is not null || (shorterSide >= PatchingFrom && fitting > 0);
            network.Patching = !isWanted ? PatchingType.None : network.Seamless ? PatchingType.Convolution : PatchingType.Dwt;
        }

        network.PatchLevels ??= Math.Clamp(fitting, 1, shorterSide > 256 ? 2 : 1);
    }

    /// <summary>How often, up to twice, both sides can be halved.</summary>
    private static int FittingPatchLevels(int height, int width)
        => height % 4 == 0 && width % 4 == 0 ? 2 : height % 2 == 0 && width % 2 == 0 ? 1 : 0;

    private static int CountDownsamplings(int height, int width, int lowest)
    {
        int count = 0;
        while (height % 2 == 0 && width % 2 == 0 && (2 * Math.Min(height, width) > 3 * lowest || (count == 0 && Math.Min(height, width) >= 4)))
        {
            height /= 2;
            width /= 2;
            count++;
        }

        return count;
    }

    /// <summary>1, 2, 4, … with the lowest resolution at <paramref name="last"/>: width doubles as resolution halves.</summary>
    private static int[] Multipliers(int downsamplings, int last)
    {
        var multipliers = new int[downsamplings + 1];
        for (int level = 0; level < downsamplings; level++)
        {
            multipliers[level] = Math.Min(1 << level, last);
        }

        multipliers[downsamplings] = last;
        return multipliers;
    }
}
