using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>What the blocks of one level have in common.</summary>
/// <param name="Channels">Width.</param>
/// <param name="EmbeddingChannels">Width of the embedding of log-SNR and condition.</param>
/// <param name="Dropout">Dropout probability in the residual blocks.</param>
/// <param name="Checkpoint">How the blocks are run, or null to keep all activations.</param>
internal readonly record struct StageShape(int Channels, int EmbeddingChannels, double Dropout, ActivationCheckpoint? Checkpoint)
{
    /// <summary>Heads of the attention after each residual block, or null for none.</summary>
    public int? AttentionHeads { get; init; }

    /// <summary>Width of the tokens of the text, or null in a network without text.</summary>
    public int? TextWidth { get; init; }

    /// <summary>Shape of the transformer blocks that the level has in place of residual blocks, or null for the latter.</summary>
    public TransformerShape? Transformer { get; init; }

    /// <summary>Pixels of the level's feature maps, each with a position of its own where there are transformer blocks.</summary>
    public int Pixels { get; init; }

    public ModuleList<StageBlock> CreateBlocks(int count, bool hasSkip)
    {
        var blocks = new StageBlock[count];
        for (int i = 0; i < count; i++)
        {
            blocks[i] = Transformer is { } shape ? new SpatialTransformerBlock(shape, hasSkip) : new ResBlock(Channels, EmbeddingChannels, hasSkip, Dropout);
        }

        return nn.ModuleList(blocks);
    }

    /// <summary>The attention after each block, or null where the level has none.</summary>
    public ModuleList<SpatialAttention>? CreateAttention(int count)
    {
        if (AttentionHeads is not int heads)
        {
            return null;
        }

        var attention = new SpatialAttention[count];
        for (int i = 0; i < count; i++)
        {
            attention[i] = new SpatialAttention(Channels, heads, TextWidth);
        }

        return nn.ModuleList(attention);
    }
}
