using System.Numerics.Tensors;
using Microsoft.ML.SimpleDiffusion.MiniLM.Embeddings;
using Microsoft.ML.SimpleDiffusion.MiniLM.Tokenization;

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Tests.Support;

/// <summary>The encoder, and what to do with its answers.</summary>
internal static class Fixture
{
    public const int Width = 384;

    public static WordPieces Tokenizer { get; } = new(EmbeddedEncoder.Read().Vocabulary);

    public static MiniLMEncoderOptions Options(int maxTokens = 16) => new() { MaxTokens = maxTokens, Threads = 1 };

    public static IDataView View(MLContext context, params string?[] captions)
        => context.Data.LoadFromEnumerable(captions.Select((caption, number) => new CaptionRow { Number = number, Caption = caption }));

    public static MiniLMEncodingTransformer Fit(MLContext context, MiniLMEncoderOptions options)
        => context.Transforms.Text.EncodeMiniLM(options).Fit(View(context, "a"));

    public static float[][] Embeddings(MLContext context, ITransformer transformer, params string?[] captions)
        => [.. context.Data.CreateEnumerable<EmbeddingRow>(transformer.Transform(View(context, captions)), reuseRowObject: false).Select(row => row.TextEmbedding)];

    /// <summary>The mean of a caption's tokens with the norm 1: what sentence-transformers gives for a text.</summary>
    public static float[] Pool(float[] embedding, int tokens)
    {
        float[] sum = new float[Width];
        for (int i = 0; i < tokens; i++)
        {
            TensorPrimitives.Add(sum, embedding.AsSpan(i * Width, Width), sum);
        }

        TensorPrimitives.Divide(sum, TensorPrimitives.Norm(sum), sum);
        return sum;
    }

    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance)
    {
        Assert.AreEqual(expected.Length, actual.Length);
        Assert.IsLessThanOrEqualTo(tolerance, TensorPrimitives.Distance(expected, actual));
    }
}
