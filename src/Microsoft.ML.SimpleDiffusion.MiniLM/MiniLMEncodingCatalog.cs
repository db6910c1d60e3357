using Microsoft.ML.SimpleDiffusion.MiniLM;
using Microsoft.ML.SimpleDiffusion.Text.Interop;

namespace Microsoft.ML;

/// <summary>Adds the MiniLM encoder to <c>mlContext.Transforms.Text</c>.</summary>
public static class MiniLMEncodingCatalog
{
    /// <summary>Creates an estimator whose transformer turns captions into MiniLM embeddings.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.Transforms.Text</c>.</param>
    /// <param name="outputColumnName">Name of the column of embeddings, a vector [maxTokens, 384] with zero rows behind the caption.</param>
    /// <param name="inputColumnName">Name of the column of captions, text.</param>
    /// <param name="maxTokens">Tokens of a caption, its two marks of beginning and end included, 3 to 512. What is longer is cut.</param>
    /// <exception cref="ArgumentOutOfRangeException">A name is empty, or the number out of range.</exception>
    public static MiniLMEncodingEstimator EncodeMiniLM(
        this TransformsCatalog.TextTransforms catalog, string outputColumnName, string inputColumnName, int maxTokens = 64)
        => catalog.EncodeMiniLM(new MiniLMEncoderOptions { OutputColumnName = outputColumnName, InputColumnName = inputColumnName, MaxTokens = maxTokens });

    /// <summary>Creates an estimator whose transformer turns captions into MiniLM embeddings.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.Transforms.Text</c>.</param>
    /// <param name="options">All settings. They are copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static MiniLMEncodingEstimator EncodeMiniLM(this TransformsCatalog.TextTransforms catalog, MiniLMEncoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new MiniLMEncodingEstimator(TextEnvironment.Of(catalog), options);
    }
}
