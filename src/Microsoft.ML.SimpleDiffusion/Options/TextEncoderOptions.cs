using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// How a text condition is read: a small transformer over the UTF-8 bytes of each caption, trained jointly with the denoising network. Of use only where
/// the condition is text or precomputed embeddings. Every member left null is chosen from the network; the numbers chosen are stored in the model.
/// </summary>
public sealed class TextEncoderOptions
{
    /// <summary>
    /// Width of the tokens that cross-attention sees, 8 to 4096; of precomputed embeddings, the width that they are projected to. Null (default): that of
    /// the network's lowest level, 8 to 1024.
    /// </summary>
    public int? Width { get; set; }

    /// <summary>Transformer blocks, 1 to 64; precomputed embeddings need none. Null (default): 2, and 4 on a GPU.</summary>
    public int? Depth { get; set; }

    /// <summary>Heads of each attention, 1 to 64; must divide <see cref="Width"/>. Null (default): the highest divisor up to <see cref="NetworkOptions.AttentionHeads"/>.</summary>
    public int? Heads { get; set; }

    /// <summary>
    /// Longest caption in bytes of UTF-8, 4 to 4096. What is longer is cut at the end of a character; training logs how often. Precomputed embeddings have
    /// a length of their own. Default: 128.
    /// </summary>
    [Choice(64, 128, 256)]
    public int MaxLength { get; set; } = 128;

    internal TextEncoderOptions Clone() => (TextEncoderOptions)MemberwiseClone();
}
