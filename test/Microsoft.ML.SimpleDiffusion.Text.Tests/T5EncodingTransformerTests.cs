using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests;

[TestClass]
public sealed class T5EncodingTransformerTests : IDisposable
{
    private const int MaxTokens = 8;
    private const int Length = MaxTokens * Fixture.LookupWidth;

    private readonly MLContext _context = new(1);
    private readonly T5EncodingTransformer _transformer;

    public T5EncodingTransformerTests() => _transformer = Fixture.Fit(_context, Fixture.Options("int32.onnx", MaxTokens));

    public void Dispose() => _transformer.Dispose();

    [TestMethod]
    public void Output_is_a_matrix_of_tokens_with_zero_rows_behind_the_caption()
    {
        var type = (VectorDataViewType)_transformer.GetOutputSchema(Fixture.View(_context, "x").Schema)["TextEmbedding"].Type;
        CollectionAssert.AreEqual((int[])[MaxTokens, Fixture.LookupWidth], type.Dimensions.ToArray());
        Assert.AreEqual(NumberDataViewType.Single, type.ItemType);

        CollectionAssert.AreEqual(Expected("red star"), Fixture.Embeddings(_context, _transformer, "red star")[0]);
        Assert.IsTrue(Expected("red star")[^Fixture.LookupWidth..].All(value => value == 0));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(null)]
    [DataRow(" \n ")]
    public void Caption_without_text_is_all_zeros(string? caption)
        => CollectionAssert.AreEqual(new float[Length], Fixture.Embeddings(_context, _transformer, "red", caption)[1]);

    [TestMethod]
    [DataRow("a small red circle above a blue square behind a green star", DisplayName = "very long")]
    [DataRow("😀 red", DisplayName = "emoji")]
    [DataRow("שלום red", DisplayName = "right to left")]
    public void Odd_captions_are_encoded(string caption)
        => CollectionAssert.AreEqual(Expected(caption), Fixture.Embeddings(_context, _transformer, caption)[0]);

    [TestMethod]
    public void Caption_longer_than_the_encoder_is_told_once_with_the_characters_used()
    {
        var said = new List<string>();
        _context.Log += (_, e) => said.Add(e.Message);
        const string Long = "red red red red red red red red red red";

        float[][] embeddings = Fixture.Embeddings(_context, _transformer, "red", Long, Long + " star");
        _ = Fixture.Embeddings(_context, _transformer, Long);

        string warning = Assert.ContainsSingle(said.Where(message => message.Contains("is longer than the encoder takes", StringComparison.Ordinal)));
        StringAssert.Contains(warning, "The text in row 1 of column 'Caption' is longer than the encoder takes, 8 tokens (MaxTokens)");
        int used = int.Parse(Regex.Match(warning, "only its first ([0-9]+) characters").Groups[1].Value, CultureInfo.InvariantCulture);
        CollectionAssert.AreEqual(embeddings[1], Fixture.Embeddings(_context, _transformer, Long[..used])[0]);
        CollectionAssert.AreNotEqual(embeddings[1], Fixture.Embeddings(_context, _transformer, Long[..(used - 1)])[0]);
    }

    [TestMethod]
    public void Invalid_UTF16_is_encoded()
        => CollectionAssert.AreEqual(Expected("\ufffd red"), Fixture.Embeddings(_context, _transformer, $"{(char)0xD83D} red")[0]);

    [TestMethod]
    public void Rows_keep_their_order_whatever_window_and_batch()
    {
        var random = new Random(1);
        string[] captions = [.. Enumerable.Range(0, 60).Select(_ => string.Join(' ', Enumerable.Repeat("red star", random.Next(0, 4))) + (random.Next(2) == 0 ? "s" : " x"))];
        foreach (var (rows, tokens) in new[] { (1, 1), (7, 10), (256, 2048) })
        {
            var options = Fixture.Options("int32.onnx", MaxTokens);
            (options.ReadAheadRows, options.TokensPerBatch) = (rows, tokens);
            using var transformer = Fixture.Fit(_context, options);
            var result = _context.Data.CreateEnumerable<EmbeddingRow>(transformer.Transform(Fixture.View(_context, captions)), reuseRowObject: true);
            int number = 0;
            foreach (var row in result)
            {
                Assert.AreEqual(number, row.Number);
                CollectionAssert.AreEqual(Expected(captions[number]), row.TextEmbedding);
                number++;
            }

            Assert.AreEqual(captions.Length, number);
        }
    }

    [TestMethod]
    public void Rows_are_read_only_as_far_as_they_are_needed()
    {
        int read = 0;
        var view = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 1000).Select(i =>
        {
            read++;
            return new CaptionRow { Number = i, Caption = "red" };
        }));
        var encoded = _transformer.Transform(view);
        Assert.AreEqual(0, read);
        using (var cursor = encoded.GetRowCursor([encoded.Schema["TextEmbedding"]]))
        {
            for (int i = 0; i < 5; i++)
            {
                Assert.IsTrue(cursor.MoveNext());
            }
        }

        // Windows of 1 and 4 rows.
        Assert.AreEqual(5, read);
    }

    [TestMethod]
    public void Rows_without_the_embedding_pass_through()
    {
        var encoded = _transformer.Transform(Fixture.View(_context, "red", "blue"));
        CollectionAssert.AreEqual((int[])[0, 1], encoded.GetColumn<int>("Number").ToArray());
        using var cursor = encoded.GetRowCursor([encoded.Schema["Caption"]]);
        Assert.IsFalse(cursor.IsColumnActive(encoded.Schema["TextEmbedding"]));
        Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<VBuffer<float>>(encoded.Schema["TextEmbedding"]));
        Assert.HasCount(1, encoded.GetRowCursorSet([encoded.Schema["TextEmbedding"]], 4));
    }

    [TestMethod]
    public void Images_of_rows_that_are_read_ahead_stay_whole()
    {
        var rows = Enumerable.Range(1, 9).Select(i => new ImageRow { Image = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Rgba32, (byte[])[(byte)i, 0, 0, 255]) });
        var encoded = _transformer.Transform(_context.Data.LoadFromEnumerable(rows));
        using var cursor = encoded.GetRowCursor(encoded.Schema);
        var getter = cursor.GetGetter<MLImage>(encoded.Schema["Image"]);
        for (int i = 1; i <= 9; i++)
        {
            MLImage image = null!;
            Assert.IsTrue(cursor.MoveNext());
            getter(ref image);
            Assert.AreEqual(i, image.Pixels[0]);
            image.Dispose();
        }
    }

    [TestMethod]
    public void Shuffled_rows_keep_their_captions()
    {
        var shuffled = _context.Data.ShuffleRows(_transformer.Transform(Fixture.View(_context, "red", "blue star", "green", "")), seed: 3);
        string[] captions = ["red", "blue star", "green", ""];
        var rows = _context.Data.CreateEnumerable<EmbeddingRow>(shuffled, reuseRowObject: false).ToArray();
        Assert.HasCount(4, rows);
        foreach (var row in rows)
        {
            CollectionAssert.AreEqual(Expected(captions[row.Number]), row.TextEmbedding);
        }
    }

    [TestMethod]
    public void Prediction_engine_encodes_caption_after_caption()
    {
        using var engine = _context.Model.CreatePredictionEngine<CaptionRow, EmbeddingRow>(_transformer);
        foreach (string caption in (string[])["red star", "blue", "", "red star"])
        {
            CollectionAssert.AreEqual(Expected(caption), engine.Predict(new CaptionRow { Caption = caption }).TextEmbedding);
        }
    }

    [TestMethod]
    public void Disposed_transformer_says_so()
    {
        var encoded = _transformer.Transform(Fixture.View(_context, "red"));
        _transformer.Dispose();
        _transformer.Dispose();
        var error = Assert.ThrowsExactly<ObjectDisposedException>(() => _transformer.Transform(Fixture.View(_context, "red")));
        StringAssert.StartsWith(error.Message, "This text encoder (T5EncodingTransformer) has been disposed of");
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

    private static float[] Expected(string caption) => Fixture.Padded(Fixture.Lookup(Fixture.Tokenizer.Encode(caption, MaxTokens)), Length);
}
