namespace Microsoft.ML.SimpleDiffusion;

/// <summary>The part of <see cref="OptionsValidator"/> that checks the network.</summary>
internal static class NetworkOptionsValidator
{
    /// <summary>Checks options as a user gives them: that no option of the network is without effect.</summary>
    /// <param name="options">Options that <see cref="Validate"/> has found right.</param>
    /// <inheritdoc cref="Validate" path="/exception"/>
    public static void ValidateNew(SimpleDiffusionOptions options)
    {
        if (options.Network.Architecture == NetworkArchitecture.UNet)
        {
            ValidateResolutions(options);
        }

        ValidateTransformerLevels(options);
    }

    /// <summary>Checks everything that can be known before any data is seen.</summary>
    /// <param name="given">All options, not necessarily complete.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range or contradicts another; the parameter name is the option's.</exception>
    public static void Validate(SimpleDiffusionOptions given)
    {
        Require.Defined("Network.Architecture", given.Network.Architecture);
        Require.Defined("Network.Patching", given.Network.Patching);
        Require.NotNull("Network.TextEncoder", given.Network.TextEncoder);
        Require.AtLeast("Network.TransformerFromResolution", given.Network.TransformerFromResolution, 0);
        Require.Range("Network.PatchLevels", given.Network.PatchLevels ?? 1, 1, 2);
        Require.RangeBelow("Network.Dropout", given.Network.Dropout, 0, 1);
        Require.AtLeast("Network.DropoutFromResolution", given.Network.DropoutFromResolution, 0);
        Require.That(
            "Network.PortraitFlag",
            given.Network.PortraitFlag,
            !given.Network.PortraitFlag || given.ImageWidth > given.ImageHeight,
            $"must be false unless ImageWidth ({given.ImageWidth}) is above ImageHeight ({given.ImageHeight})");

        Require.That(
            "Network.Patching",
            given.Network.Patching,
            !given.Network.Seamless || given.Network.Patching != PatchingType.Dwt,
            "must be None, Convolution or Auto with Network.Seamless: wavelets mirror what lies beyond an edge");

        Require.That("Network.Coordinates", given.Network.Coordinates, !given.Network.Coordinates || !given.Network.Seamless, "must be false with Network.Seamless, whose images have no place to begin");
        Require.That("Training.CropShare", given.Training.CropShare, given.Training.CropShare == 0 || given.Network.Coordinates, "must be 0 unless Network.Coordinates is true, which tells the network where a crop is from");

        // What is left open is filled in from the image size, so that only the rest can fail.
        var options = given.Clone();
        NetworkDefaults.Complete(options, hasGpu: false);
        var network = options.Network;
        Require.Range("Network.BaseChannels", network.BaseChannels!.Value, 4, 1024);
        Require.That("Network.BaseChannels", network.BaseChannels, network.BaseChannels % 2 == 0, "must be even");
        Require.Range("Network.EmbeddingChannels", network.EmbeddingChannels!.Value, 8, 8192);
        Require.Range("Network.ChannelsPerGroup", network.ChannelsPerGroup!.Value, 1, 64);
        Require.Range("Network.TransformerBlocks", network.TransformerBlocks!.Value, 1, 256);
        Require.Range("Network.AttentionHeads", network.AttentionHeads, 1, 64);
        ValidateLevels(options);
        NetworkDefaults.CompleteText(options, hasGpu: false);
        ValidateText(network.TextEncoder);
        ValidateSize("ImageHeight", options.ImageHeight, options);
        ValidateSize("ImageWidth", options.ImageWidth, options);
        ValidateHalfSize("Training.HalfResolutionShare", options.Training.HalfResolutionShare, options);
        ValidateHalfSize("Training.CropShare", options.Training.CropShare, options);
    }

    private static void ValidateText(TextEncoderOptions text)
    {
        Require.Range("Network.TextEncoder.Width", text.Width!.Value, 8, 4096);
        Require.Range("Network.TextEncoder.Depth", text.Depth!.Value, 1, 64);
        Require.Range("Network.TextEncoder.Heads", text.Heads!.Value, 1, 64);
        Require.That("Network.TextEncoder.Heads", text.Heads, text.Width % text.Heads == 0, $"must divide Network.TextEncoder.Width ({text.Width})");
        Require.Range("Network.TextEncoder.MaxLength", text.MaxLength, 4, 4096);
    }

    private static void ValidateLevels(SimpleDiffusionOptions options)
    {
        var network = options.Network;
        int[] multipliers = network.ChannelMultipliers!, blocks = network.BlocksPerLevel!;
        bool isUNet = network.Architecture == NetworkArchitecture.UNet;
        int blockEntries = isUNet ? multipliers.Length : multipliers.Length - 1;
        Require.That(
            "Network.ChannelMultipliers",
            Text(multipliers),
            multipliers.Length is >= 1 and <= 12 && multipliers.All(m => m is >= 1 and <= 64),
            "must have 1 to 12 entries of 1 to 64");
        Require.That(
            "Network.BlocksPerLevel",
            Text(blocks),
            blocks.Length == blockEntries && blocks.All(b => b is >= 1 and <= 64),
            $"must have {blockEntries} entries of 1 to 64 ({(isUNet ? "one per entry" : "one less than entries")} of Network.ChannelMultipliers)");

        var specification = NetworkSpecification.Create(options, classCount: 0);
        for (int level = 0; level < multipliers.Length; level++)
        {
            bool attends = isUNet
                ? network.AttentionResolutions!.Contains(specification.LevelHeight(level)) || level == multipliers.Length - 1
                : level == multipliers.Length - 1 || specification.IsTransformerLevel(level);
            int width = specification.LevelChannels(level);
            Require.That(
                "Network.AttentionHeads",
                network.AttentionHeads,
                !attends || width % network.AttentionHeads == 0,
                $"must divide the {width} channels at which attention is used");
        }
    }

    /// <summary>Checks that the resolutions that the U-Net's options name occur.</summary>
    private static void ValidateResolutions(SimpleDiffusionOptions given)
    {
        var options = given.Clone();
        NetworkDefaults.Complete(options, hasGpu: false);
        int[] heights = NetworkSpecification.LevelHeights(options);
        foreach (int resolution in given.Network.AttentionResolutions ?? [])
        {
            Require.That(
                "Network.AttentionResolutions",
                resolution,
                heights.Contains(resolution),
                $"must hold heights of the network's feature maps, which are {string.Join(", ", heights)}");
        }

        Require.That(
            "Network.DropoutFromResolution",
            given.Network.DropoutFromResolution,
            given.Network.Dropout == 0 || given.Network.DropoutFromResolution >= heights[^1],
            $"must be {heights[^1]}, the height of the lowest feature maps, or more, or nothing drops out");
    }

    /// <summary>Checks that the resolution from which down there are transformer blocks, if one is given, is that of a level with residual blocks.</summary>
    private static void ValidateTransformerLevels(SimpleDiffusionOptions given)
    {
        int from = given.Network.TransformerFromResolution;
        if (from == 0)
        {
            return;
        }

        var options = given.Clone();
        NetworkDefaults.Complete(options, hasGpu: false);
        int[] heights = NetworkSpecification.LevelHeights(options);
        Require.That(
            "Network.TransformerFromResolution",
            from,
            options.Network.Architecture != NetworkArchitecture.UNet && heights.SkipLast(1).Contains(from),
            options.Network.Architecture != NetworkArchitecture.UNet
                ? $"must be 0 or the height of a level above the lowest ({string.Join(", ", heights.SkipLast(1))})"
                : "must be 0 in a U-Net, whose Network.AttentionResolutions say where it uses attention");
    }

    private static void ValidateSize(string name, int size, SimpleDiffusionOptions options)
    {
        int factor = Factor(options);
        int down = Math.Max(size / factor, 1) * factor, up = down + factor;
        Require.That(
            name,
            size,
            size % factor == 0,
            $"must be divisible by {factor}, by which the network divides it ({options.Network.ChannelMultipliers!.Length} levels, patches of "
            + $"{NetworkSpecification.Create(options, 0).PatchSize}); {down} and {up} would be");
    }

    /// <summary>Checks that the network can take images of half of the size, if some steps have such.</summary>
    private static void ValidateHalfSize(string name, double share, SimpleDiffusionOptions options)
    {
        int factor = 2 * Factor(options);
        Require.That(
            name,
            share,
            share == 0 || (options.ImageHeight % factor == 0 && options.ImageWidth % factor == 0),
            $"must be 0 unless ImageHeight ({options.ImageHeight}) and ImageWidth ({options.ImageWidth}) are divisible by {factor}, twice what the network divides them by");
    }

    /// <summary>What the network divides height and width by.</summary>
    private static int Factor(SimpleDiffusionOptions options)
        => NetworkSpecification.Create(options, classCount: 0).PatchSize << (options.Network.ChannelMultipliers!.Length - 1);

    private static string Text(int[] values) => $"[{string.Join(", ", values)}]";
}
