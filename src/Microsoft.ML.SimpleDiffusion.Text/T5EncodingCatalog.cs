using Microsoft.ML.SimpleDiffusion.Text;
using Microsoft.ML.SimpleDiffusion.Text.Interop;

namespace Microsoft.ML;

/// <summary>Adds the T5 encoder to <c>mlContext.Transforms.Text</c>.</summary>
public static class T5EncodingCatalog
{
    /// <summary>Creates an estimator whose transformer turns captions into T5 embeddings.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.Transforms.Text</c>.</param>
    /// <param name="outputColumnName">Name of the column of embeddings, a vector [maxTokens, width] with zero rows behind the caption.</param>
    /// <param name="inputColumnName">Name of the column of captions, text.</param>
    /// <param name="modelFile">The T5 encoder as an ONNX file; docs/t5.md says how to make one.</param>
    /// <param name="tokenizerFile">The SentencePiece model of the encoder, usually spiece.model.</param>
    /// <param name="maxTokens">Tokens of a caption, its end of sentence included, 2 to 8192. What is longer is cut.</param>
    /// <exception cref="ArgumentOutOfRangeException">A name is empty, or the number out of range.</exception>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    public static T5EncodingEstimator EncodeT5(
        this TransformsCatalog.TextTransforms catalog,
        string outputColumnName,
        string inputColumnName,
        string modelFile,
        string tokenizerFile,
        int maxTokens = 64)
        => catalog.EncodeT5(new T5EncoderOptions
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            ModelFile = modelFile,
            TokenizerFile = tokenizerFile,
            MaxTokens = maxTokens,
        });

    /// <summary>Creates an estimator whose transformer turns captions into T5 embeddings.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.Transforms.Text</c>.</param>
    /// <param name="options">All settings. They are copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    public static T5EncodingEstimator EncodeT5(this TransformsCatalog.TextTransforms catalog, T5EncoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new T5EncodingEstimator(TextEnvironment.Of(catalog), options);
    }
}
