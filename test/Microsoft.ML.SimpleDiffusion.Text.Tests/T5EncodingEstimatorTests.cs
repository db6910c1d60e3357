using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests;

[TestClass]
public class T5EncodingEstimatorTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Catalog_method_takes_names_files_and_length()
    {
        var estimator = _context.Transforms.Text.EncodeT5("Embedding", "Caption", Fixture.File("t5.onnx"), Fixture.TokenizerFile, maxTokens: 5);
        using var transformer = estimator.Fit(Fixture.View(_context, "red star"));

        var options = transformer.Options;
        Assert.AreEqual("Embedding", options.OutputColumnName);
        Assert.AreEqual("Caption", options.InputColumnName);
        Assert.AreEqual(5, options.MaxTokens);
        Assert.AreEqual(T5ModelStorage.Embedded, options.ModelStorage);
        Assert.IsNull(options.CacheDirectory);
        Assert.AreEqual(32, transformer.EmbeddingWidth);
    }

    [TestMethod]
    public void Options_are_copied()
    {
        var options = Fixture.Options("int32.onnx");
        var estimator = _context.Transforms.Text.EncodeT5(options);
        options.MaxTokens = 3;
        using var transformer = estimator.Fit(Fixture.View(_context, "red star"));
        transformer.Options.MaxTokens = 4;
        Assert.AreEqual(8, transformer.Options.MaxTokens);
    }

    [TestMethod]
    [DataRow(nameof(T5EncoderOptions.OutputColumnName), " ", DisplayName = "output column")]
    [DataRow(nameof(T5EncoderOptions.InputColumnName), "", DisplayName = "input column")]
    [DataRow(nameof(T5EncoderOptions.ModelFile), "", DisplayName = "model file")]
    [DataRow(nameof(T5EncoderOptions.TokenizerFile), null, DisplayName = "tokenizer file")]
    [DataRow(nameof(T5EncoderOptions.MaxTokens), 1, DisplayName = "too few tokens")]
    [DataRow(nameof(T5EncoderOptions.MaxTokens), 8193, DisplayName = "too many tokens")]
    [DataRow(nameof(T5EncoderOptions.ModelStorage), (T5ModelStorage)7, DisplayName = "storage")]
    [DataRow(nameof(T5EncoderOptions.CacheDirectory), " ", DisplayName = "cache folder")]
    [DataRow(nameof(T5EncoderOptions.TokensPerBatch), 0, DisplayName = "empty batch")]
    [DataRow(nameof(T5EncoderOptions.TokensPerBatch), 65537, DisplayName = "large batch")]
    [DataRow(nameof(T5EncoderOptions.ReadAheadRows), 0, DisplayName = "rows")]
    [DataRow(nameof(T5EncoderOptions.Device), (T5Device)7, DisplayName = "device")]
    [DataRow(nameof(T5EncoderOptions.DeviceIndex), -1, DisplayName = "device index")]
    [DataRow(nameof(T5EncoderOptions.Threads), 0, DisplayName = "threads")]
    public void Option_out_of_range_is_named(string option, object? value)
    {
        var options = Fixture.Options();
        typeof(T5EncoderOptions).GetProperty(option)!.SetValue(options, value);
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.Text.EncodeT5(options));
        Assert.Contains($"The option {option} must", error.Message);
    }

    [TestMethod]
    [DataRow(nameof(T5EncoderOptions.ModelFile))]
    [DataRow(nameof(T5EncoderOptions.TokenizerFile))]
    public void Missing_file_is_named_before_anything_is_fitted(string option)
    {
        var options = Fixture.Options();
        typeof(T5EncoderOptions).GetProperty(option)!.SetValue(options, "nowhere.file");
        var error = Assert.ThrowsExactly<FileNotFoundException>(() => _context.Transforms.Text.EncodeT5(options));
        Assert.AreEqual($"The file that the option {option} names does not exist: 'nowhere.file'.", error.Message);
    }

    [TestMethod]
    public void File_of_external_data_that_is_gone_is_named()
    {
        using var folder = new TemporaryFolder();
        var options = Fixture.Options();
        options.ModelFile = folder.File("external.onnx");
        File.Copy(Fixture.File("external.onnx"), options.ModelFile);
        var error = Assert.ThrowsExactly<FileNotFoundException>(() => Fixture.Fit(_context, options));
        Assert.Contains("external.onnx_data", error.Message);
    }

    [TestMethod]
    public void File_that_is_no_ONNX_model_is_refused()
    {
        using var folder = new TemporaryFolder();
        var options = Fixture.Options();
        options.ModelFile = folder.File("model.onnx");
        byte[] whole = File.ReadAllBytes(Fixture.File("t5.onnx"));
        foreach (byte[] bytes in (byte[][])[[], [0], "no model"u8.ToArray(), whole[..1000]])
        {
            File.WriteAllBytes(options.ModelFile, bytes);
            var error = Assert.ThrowsExactly<FormatException>(() => Fixture.Fit(_context, options));
            Assert.Contains("not an ONNX file", error.Message);
            Assert.Contains(options.ModelFile, error.Message);
        }
    }

    [TestMethod]
    public void Tokenizer_that_is_none_is_refused()
    {
        var options = Fixture.Options();
        options.TokenizerFile = Fixture.File("t5_expected.json");
        var error = Assert.ThrowsExactly<FormatException>(() => Fixture.Fit(_context, options));
        Assert.Contains("t5_expected.json' is not a SentencePiece model", error.Message);
    }

    [TestMethod]
    public void Model_that_does_not_fit_is_refused_by_fitting()
        => Assert.ThrowsExactly<InvalidOperationException>(() => Fixture.Fit(_context, Fixture.Options("small_vocabulary.onnx")));

    [TestMethod]
    public void Missing_column_is_named()
    {
        var options = Fixture.Options();
        options.InputColumnName = "Text";
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Fixture.Fit(_context, options));
        Assert.AreEqual("inputSchema", error.ParamName);
        Assert.Contains("Could not find caption column 'Text'", error.Message);
    }

    [TestMethod]
    public void Column_that_is_no_text_is_refused()
    {
        var options = Fixture.Options();
        options.InputColumnName = nameof(CaptionRow.Number);
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Fixture.Fit(_context, options));
        Assert.Contains("Schema mismatch for caption column 'Number': expected String, got Int32", error.Message);

        using var transformer = Fixture.Fit(_context, Fixture.Options("int32.onnx"));
        var numbers = _context.Data.LoadFromEnumerable([new { Caption = 1f }]);
        error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => transformer.Transform(numbers));
        Assert.Contains("expected String, got Single", error.Message);
    }

    [TestMethod]
    public void Pipeline_knows_the_column_before_there_is_data()
    {
        var options = Fixture.Options("int32.onnx");
        var pipeline = _context.Transforms.CopyColumns("Text", "Caption").Append(_context.Transforms.Text.EncodeT5(options))
            .Append(_context.Transforms.Concatenate("Features", "TextEmbedding"));
        using var model = pipeline.Fit(Fixture.View(_context, "red star"));
        Assert.IsNotNull(model.GetOutputSchema(Fixture.View(_context, "x").Schema).GetColumnOrNull("Features"));
    }
}
