using System.Text.Json;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;
using Microsoft.ML.SimpleDiffusion.Text.Persistence;
using Microsoft.ML.SimpleDiffusion.Text.Tokenization;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

/// <summary>The files that the scripts in Fixtures write, and what to do with them.</summary>
internal static class Fixture
{
    /// <summary>Width of the encoder that is a table.</summary>
    public const int LookupWidth = 4;

    public static string TokenizerFile => File("tokenizer.model");

    public static T5Tokenizer Tokenizer => T5Tokenizer.Parse(System.IO.File.ReadAllBytes(TokenizerFile), TokenizerFile);

    public static string File(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    public static JsonElement Json(string name) => JsonDocument.Parse(System.IO.File.ReadAllText(File(name))).RootElement;

    public static int[] Ints(JsonElement array) => array.EnumerateArray().Select(number => number.GetInt32()).ToArray();

    public static T5EncoderOptions Options(string model = "t5.onnx", int maxTokens = 8) => new()
    {
        ModelFile = File(model),
        TokenizerFile = TokenizerFile,
        MaxTokens = maxTokens,
        Device = T5Device.Cpu,
        Threads = 1,
    };

    public static T5Encoder Encoder(T5EncoderOptions options) => new(
        EncoderFiles.Open(options.ModelFile, System.IO.File.ReadAllBytes(options.TokenizerFile)), options, warn: _ => { });

    public static IDataView View(MLContext context, params string?[] captions)
        => context.Data.LoadFromEnumerable(captions.Select((caption, number) => new CaptionRow { Number = number, Caption = caption }));

    public static T5EncodingTransformer Fit(MLContext context, T5EncoderOptions options)
        => context.Transforms.Text.EncodeT5(options).Fit(View(context, "a"));

    public static float[][] Embeddings(MLContext context, ITransformer transformer, params string?[] captions)
        => [.. context.Data.CreateEnumerable<EmbeddingRow>(transformer.Transform(View(context, captions)), reuseRowObject: false).Select(row => row.TextEmbedding)];

    /// <summary>What the encoder that is a table answers: id + d / 4 + 100 in dimension d.</summary>
    public static float[] Lookup(int[] ids) => [.. ids.SelectMany(id => Enumerable.Range(0, LookupWidth).Select(d => id + (d / 4f) + 100))];

    public static float[] Padded(float[] embedding, int length) => [.. embedding, .. new float[length - embedding.Length]];
}
