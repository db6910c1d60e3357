using Microsoft.ML.SimpleDiffusion.Text.Tokenization;

namespace Microsoft.ML.SimpleDiffusion.Text.Embeddings;

/// <summary>Tokenizer, encoder and cache: from captions to embeddings.</summary>
internal interface ICaptionEncoder : IDisposable
{
    /// <summary>Numbers per token.</summary>
    int Width { get; }

    /// <summary>Splits captions.</summary>
    CaptionTokenizer Tokenizer { get; }

    /// <inheritdoc cref="CaptionEncoder.Encode"/>
    float[][] Encode(IReadOnlyList<int[]> captions, Action checkAlive);
}
