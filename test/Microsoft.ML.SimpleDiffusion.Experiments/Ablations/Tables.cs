using System.Numerics;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>
/// Tables 2 to 6 of the paper for any image size: every resolution that the paper names is scaled by the ratio of the image sizes. The networks are
/// those of appendix B.1, cut at the levels that the size has, with fewer channels and blocks.
/// </summary>
internal static class Tables
{
    public const int SmallestSize = 32;

    /// <summary>Pixels on a side at the lowest level, unless the paper's list of levels ends before.</summary>
    private const int LowestResolution = 4;

    /// <summary>The level that is 16×16 in the paper's network for 128 pixels.</summary>
    private const int MainLevel = 3;

    private const float Dropout = 0.1f;

    /// <summary>Channel multipliers and about a quarter of the paper's blocks, [3, 4, 4, 12, 4].</summary>
    private static readonly (int[] Multipliers, int[] Blocks) UNet128 = ([1, 2, 4, 8, 8], [1, 1, 1, 3, 1]);

    /// <summary>By patch levels: the blocks of the levels that patching skips are spread over the rest.</summary>
    private static readonly (int[] Multipliers, int[] Blocks)[] UNet512 =
    [
        ([1, 1, 1, 2, 4, 8, 8], [1, 1, 2, 2, 4, 12, 4]),
        ([1, 2, 2, 4, 8, 8], [2, 2, 2, 4, 12, 4]),
        ([2, 3, 4, 8, 8], [3, 3, 4, 12, 4]),
    ];

    /// <summary>All tables for images of <paramref name="size"/> pixels on a side, a power of two.</summary>
    public static IReadOnlyList<AblationTable> For(int size) => [NoiseSchedule(size), DropoutStart(size), MainLevelBlocks(size), Downsampling(size), Multiscale(size)];

    private static AblationTable NoiseSchedule(int size) => new(
        2,
        "noise schedule",
        $"The paper's rows at 128 are 128, 64 and 32, those at 256 are 256 to 32; here they are {size} and its halves.",
        "paper at 128, at 256",
        [
            Shift("cosine, not shifted", 1, "2.96 / 3.38, 7.65 / 6.87"),
            Shift($"shifted to {size / 2}", 2, "2.41 / 3.03, 5.05 / 4.74"),
            Shift($"shifted to {size / 4}", 4, "2.26 / 2.88, 3.94 / 3.89"),
            Shift($"shifted to {size / 8}", 8, "–, 3.76 / 3.71"),
        ]);

    private static AblationTable DropoutStart(int size) => new(
        3,
        "where dropout starts",
        $"Dropout of {Dropout} from a resolution down; the paper's 128 is {size} here.",
        "paper at 128",
        [
            DropoutFrom($"from {size}", 1, "3.19 / 3.85"),
            DropoutFrom($"from {size / 2}", 2, "2.27 / 2.85"),
            DropoutFrom($"from {size / 4}", 4, "2.31 / 2.87"),
            DropoutFrom($"from {size / 8}", 8, "2.41 / 3.03"),
            new Variant("no dropout", "3.74 / 3.91", options =>
            {
                UseUNet128(options);
                options.Network.Dropout = 0;
            }),
        ]);

    private static AblationTable MainLevelBlocks(int size) => new(
        4,
        "blocks at one level",
        $"The paper varies the blocks at 16×16 of 128; that level is {size / 8}×{size / 8} here.",
        "paper at 128",
        [
            Blocks(2, "3.42 / 3.59"),
            Blocks(4, "2.98 / 3.29"),
            Blocks(8, "2.46 / 3.00"),
            Blocks(12, "2.41 / 3.03"),
        ]);

    private static AblationTable Downsampling(int size) => new(
        5,
        "downsampling",
        "The number of blocks is the same in every row (appendix B.1).",
        "paper at 512",
        [
            Patching("none", PatchingType.None, 0, "5.60 / 5.23, 100 %"),
            Patching("DWT-1", PatchingType.Dwt, 1, "5.42 / 4.97, 139 %"),
            Patching("DWT-2", PatchingType.Dwt, 2, "4.85 / 4.58, 146 %"),
            Patching("conv 2×2", PatchingType.Convolution, 1, "5.99 / 5.33, 137 %"),
            Patching("conv 4×4", PatchingType.Convolution, 2, "5.04 / 4.80, 146 %"),
        ]);

    private static AblationTable Multiscale(int size) => new(
        6,
        "multiscale loss",
        $"The paper's lowest resolution of 32 is {size / 8} here in proportion to 256, and {size / 16} to 512. All rows shift the schedule to {size / 8}, none is patched.",
        "paper",
        [
            MultiscaleFrom("plain loss", null, "256: 3.76 / 3.71, 512: 4.85 / 4.58"),
            MultiscaleFrom($"multiscale from {size / 8}", size / 8, "256: 4.00 / 3.89"),
            MultiscaleFrom($"multiscale from {size / 16}", size / 16, "512: 4.30 / 4.28"),
        ]);

    private static Variant Shift(string name, int factor, string paper) => new(name, paper, options =>
    {
        UseUNet128(options);
        options.Diffusion.NoiseResolution = options.ImageHeight / factor;
    });

    private static Variant DropoutFrom(string name, int factor, string paper) => new(name, paper, options =>
    {
        UseUNet128(options);
        options.Network.DropoutFromResolution = options.ImageHeight / factor;
    });

    private static Variant Blocks(int count, string paper) => new($"{count} + {count + 1} blocks", paper, options =>
    {
        UseUNet128(options);
        options.Network.BlocksPerLevel![MainLevel] = count;
    });

    private static Variant MultiscaleFrom(string name, int? lowest, string paper) => new(name, paper, options =>
    {
        UseUNet128(options);
        options.Diffusion.NoiseResolution = options.ImageHeight / 8;
        options.Diffusion.MultiscaleBaseResolution = lowest;
    });

    private static Variant Patching(string name, PatchingType patching, int levels, string paper) => new(name, paper, options =>
    {
        UseUNet(options, UNet512[levels], options.ImageHeight >> levels);
        options.Network.Patching = patching;
        options.Network.PatchLevels = Math.Max(levels, 1);
        options.Diffusion.NoiseResolution = options.ImageHeight / 8;
    });

    /// <summary>The paper's network for 128 pixels, with its schedule and dropout.</summary>
    private static void UseUNet128(SimpleDiffusionOptions options)
    {
        UseUNet(options, UNet128, options.ImageHeight);
        options.Network.Patching = PatchingType.None;
        options.Diffusion.NoiseResolution = options.ImageHeight / 2;
    }

    /// <param name="options">Changed.</param>
    /// <param name="network">Levels of the paper's network; as many are used as there are down to the lowest resolution.</param>
    /// <param name="top">Pixels on a side at the highest level, after patching.</param>
    private static void UseUNet(SimpleDiffusionOptions options, (int[] Multipliers, int[] Blocks) network, int top)
    {
        var (multipliers, blocks) = network;
        int levels = Math.Min(multipliers.Length, BitOperations.Log2((uint)(top / LowestResolution)) + 1);
        int lowest = top >> (levels - 1);
        options.Network.Architecture = NetworkArchitecture.UNet;
        options.Network.ChannelMultipliers = multipliers[..levels];
        options.Network.BlocksPerLevel = blocks[..levels];
        options.Network.AttentionResolutions = [lowest, 2 * lowest];
        options.Network.Dropout = Dropout;
        options.Network.DropoutFromResolution = 2 * lowest;
    }
}
