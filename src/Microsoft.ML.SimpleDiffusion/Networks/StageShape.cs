using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>What the blocks of one level have in common.</summary>
/// <param name="Channels">Width.</param>
/// <param name="EmbeddingChannels">Width of the embedding of log-SNR and condition.</param>
/// <param name="AttentionHeads">Heads of the self-attention after each residual block, or null for none.</param>
/// <param name="Dropout">Dropout probability in the residual blocks.</param>
/// <param name="Checkpoint">How the blocks are run, or null to keep all activations.</param>
internal readonly record struct StageShape(int Channels, int EmbeddingChannels, int? AttentionHeads, double Dropout, ActivationCheckpoint? Checkpoint)
{
    public ModuleList<ResBlock> CreateBlocks(int count, bool hasSkip)
    {
        var blocks = new ResBlock[count];
        for (int i = 0; i < count; i++)
        {
            blocks[i] = new ResBlock(Channels, EmbeddingChannels, hasSkip, Dropout);
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
            attention[i] = new SpatialAttention(Channels, heads);
        }

        return nn.ModuleList(attention);
    }
}
