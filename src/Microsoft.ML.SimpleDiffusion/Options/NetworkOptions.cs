using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// The denoising network. Every member left null is chosen from the image size; the numbers chosen are logged and stored in the model.
/// </summary>
public sealed class NetworkOptions
{
    /// <summary>U-ViT (appendix B.2 of the paper, default) or U-Net (appendix B.1).</summary>
    public NetworkArchitecture Architecture { get; set; } = NetworkArchitecture.UVit;

    /// <summary>Channels that <see cref="ChannelMultipliers"/> multiply, 4 to 1024, even. Null (default): from the image size.</summary>
    public int? BaseChannels { get; set; }

    /// <summary>Width of the embedding of log-SNR and condition, 8 to 8192. Null (default): four times <see cref="BaseChannels"/>.</summary>
    public int? EmbeddingChannels { get; set; }

    /// <summary>
    /// Width of each level as a multiple of <see cref="BaseChannels"/>, highest resolution first. In a U-ViT the last entry is the
    /// transformer's. Each level has half the height and width of the one before. Null (default): from the image size.
    /// </summary>
    public int[]? ChannelMultipliers { get; set; }

    /// <summary>
    /// Residual blocks of each level on the way down. The U-ViT has one entry less than <see cref="ChannelMultipliers"/> and as many
    /// blocks on the way up; the U-Net has one entry per level and one block more on the way up. Null (default): from the image size.
    /// </summary>
    public int[]? BlocksPerLevel { get; set; }

    /// <summary>
    /// Fewest channels that a norm of feature maps takes together, 1 to 64. There are at most 32 groups, so that the paper's networks, which begin at 128 channels,
    /// have four channels in a group or more at any value up to 4; narrow networks learn clearly worse with one channel in a group, which forgets each
    /// channel's mean. Null (default): 4. Models of versions that did not store it have 1.
    /// </summary>
    public int? ChannelsPerGroup { get; set; }

    /// <summary>Transformer blocks of the U-ViT, 1 to 256. Null (default): from the image size.</summary>
    [CountsWhere("Network.Architecture", NetworkArchitecture.UVit, NetworkArchitecture.ResidualUVit)]
    public int? TransformerBlocks { get; set; }

    /// <summary>
    /// Highest feature-map height at which the U-ViT uses transformer blocks with skip connections in place of residual blocks, as many of them; its lowest
    /// level always does. The paper's text-to-image model has 32 (section 5.2). Default: 0, the lowest level only.
    /// </summary>
    public int TransformerFromResolution { get; set; }

    /// <summary>Heads of each attention, 1 to 64; must divide the width at which attention is used. Default: 4.</summary>
    public int AttentionHeads { get; set; } = 4;

    /// <summary>
    /// Heights of the feature maps at which the U-Net uses self-attention; each must occur. The U-ViT ignores them.
    /// Null (default): those of 8 and 16 that occur, as in the paper.
    /// </summary>
    [CountsWhere("Network.Architecture", NetworkArchitecture.UNet)]
    public int[]? AttentionResolutions { get; set; }

    /// <summary>Dropout probability, 0 (default) to below 1. The paper uses 0.1 (U-Net) and 0.2 (U-ViT) on a million images.</summary>
    [Range(0f, 0.3f, 0f, false)]
    public float Dropout { get; set; }

    /// <summary>Highest feature-map height at which the U-Net drops out (section 3.4). The U-ViT drops out in its transformer only. Default: 16.</summary>
    [CountsWhere("Network.Architecture", NetworkArchitecture.UNet)]
    public int DropoutFromResolution { get; set; } = 16;

    /// <summary>How the image is folded into fewer pixels with more channels before the network (section 3.3). Default: by image size.</summary>
    public PatchingType Patching { get; set; } = PatchingType.Auto;

    /// <summary>
    /// How often patching halves height and width, 1 or 2. Null (default): 1 up to 256 pixels and 2 above.
    /// Ignored when <see cref="Patching"/> is <see cref="PatchingType.None"/>.
    /// </summary>
    [CountsUnless("Network.Patching", PatchingType.None)]
    public int? PatchLevels { get; set; }

    /// <summary>
    /// Whether training keeps only the inputs of each block and computes the rest again in the backward pass: about a third more work, and a U-ViT twice
    /// as deep in the same memory. Default: false.
    /// </summary>
    [MayChange]
    public bool ActivationCheckpointing { get; set; }

    /// <summary>
    /// Whether the model knows portraits (section 3.6): training images that are higher than wide are turned by a quarter and flagged, and the flag
    /// asks for portraits at generation, which come out upright with height and width exchanged. Needs an <see cref="SimpleDiffusionOptions.ImageWidth"/>
    /// above the <see cref="SimpleDiffusionOptions.ImageHeight"/>, such as 384×640. Default: false; portraits are cropped to the landscape format.
    /// </summary>
    public bool PortraitFlag { get; set; }

    /// <summary>
    /// Whether generated images are tiles that continue at their other sides without a seam: textures and maps. Convolutions go round the edges, and training shifts
    /// each image round them by a random number of pixels, so that the network knows no corner. The training images should be such tiles: of others their edges are
    /// learnt as well. Not with wavelet patching, which mirrors what lies beyond an edge. Default: false.
    /// </summary>
    public bool Seamless { get; set; }

    /// <summary>
    /// Whether the network is told where each pixel is, by its coordinates from -1 to 1, which the crops of <see cref="TrainingOptions.CropShare"/> need (Wang et al.
    /// 2023, "Patch diffusion"). Not with <see cref="Seamless"/>, whose images have no place to begin. Default: false.
    /// </summary>
    public bool Coordinates { get; set; }

    /// <summary>How a text condition is read. Models without text ignore it.</summary>
    [NestOption]
    public TextEncoderOptions TextEncoder { get; set; } = new();

    internal NetworkOptions Clone()
    {
        var copy = (NetworkOptions)MemberwiseClone();
        copy.ChannelMultipliers = (int[]?)ChannelMultipliers?.Clone();
        copy.BlocksPerLevel = (int[]?)BlocksPerLevel?.Clone();
        copy.AttentionResolutions = (int[]?)AttentionResolutions?.Clone();
        copy.TextEncoder = TextEncoder.Clone();
        return copy;
    }
}
