namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>What transformer blocks have in common.</summary>
/// <param name="Channels">Width.</param>
/// <param name="EmbeddingChannels">Width of the embedding of log-SNR and condition.</param>
/// <param name="Heads">Heads of each attention.</param>
/// <param name="Dropout">Dropout probability in the MLPs.</param>
/// <param name="TextWidth">Width of the tokens of the text, or null in a network without text.</param>
internal readonly record struct TransformerShape(int Channels, int EmbeddingChannels, int Heads, double Dropout, int? TextWidth)
{
    /// <summary>The shape of the blocks at a level of the U-ViT.</summary>
    public static TransformerShape Of(NetworkSpecification specification, int level) => new(
        specification.LevelChannels(level), specification.EmbeddingChannels, specification.AttentionHeads, specification.Dropout, specification.Text?.Width);
}
