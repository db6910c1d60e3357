using Microsoft.ML.SimpleDiffusion.MiniLM.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Tests;

[TestClass]
public class MiniLMEncodingEstimatorTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Catalog_method_takes_names_and_length()
    {
        using var transformer = _context.Transforms.Text.EncodeMiniLM("Embedding", "Caption", maxTokens: 5).Fit(Fixture.View(_context, "red star"));

        var options = transformer.Options;
        Assert.AreEqual(("Embedding", "Caption", 5), (options.OutputColumnName, options.InputColumnName, options.MaxTokens));
        Assert.AreEqual((2048, 256, null, null), (options.TokensPerBatch, options.ReadAheadRows, options.CacheDirectory, options.Threads));
    }

    [TestMethod]
    public void Options_are_copied()
    {
        var options = Fixture.Options(maxTokens: 8);
        var estimator = _context.Transforms.Text.EncodeMiniLM(options);
        options.MaxTokens = 3;
        using var transformer = estimator.Fit(Fixture.View(_context, "red star"));
        transformer.Options.MaxTokens = 4;
        Assert.AreEqual(8, transformer.Options.MaxTokens);
    }

    [TestMethod]
    [DataRow(nameof(MiniLMEncoderOptions.OutputColumnName), " ", DisplayName = "output column")]
    [DataRow(nameof(MiniLMEncoderOptions.InputColumnName), "", DisplayName = "input column")]
    [DataRow(nameof(MiniLMEncoderOptions.MaxTokens), 2, DisplayName = "too few tokens")]
    [DataRow(nameof(MiniLMEncoderOptions.MaxTokens), 513, DisplayName = "too many tokens")]
    [DataRow(nameof(MiniLMEncoderOptions.CacheDirectory), " ", DisplayName = "cache folder")]
    [DataRow(nameof(MiniLMEncoderOptions.TokensPerBatch), 0, DisplayName = "empty batch")]
    [DataRow(nameof(MiniLMEncoderOptions.TokensPerBatch), 65537, DisplayName = "large batch")]
    [DataRow(nameof(MiniLMEncoderOptions.ReadAheadRows), 0, DisplayName = "rows")]
    [DataRow(nameof(MiniLMEncoderOptions.Threads), 0, DisplayName = "threads")]
    public void Option_out_of_range_is_named(string option, object? value)
    {
        var options = Fixture.Options();
        typeof(MiniLMEncoderOptions).GetProperty(option)!.SetValue(options, value);
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.Text.EncodeMiniLM(options));
        Assert.Contains($"The option {option} must", error.Message);
    }

    [TestMethod]
    public void Missing_column_is_named()
    {
        var options = Fixture.Options();
        options.InputColumnName = "Text";
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Fixture.Fit(_context, options));
        Assert.Contains("Could not find caption column 'Text'", error.Message);
    }

    [TestMethod]
    public void Column_that_is_no_text_is_refused()
    {
        var options = Fixture.Options();
        options.InputColumnName = nameof(CaptionRow.Number);
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Fixture.Fit(_context, options));
        Assert.Contains("Schema mismatch for caption column 'Number': expected String, got Int32", error.Message);
    }

    [TestMethod]
    public void Cache_folder_that_cannot_be_created_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), string.Empty);
        var options = Fixture.Options();
        options.CacheDirectory = Path.Combine(folder.File("file"), "cache");
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fixture.Fit(_context, options));
        Assert.Contains("CacheDirectory cannot be created", error.Message);
    }

    /// <summary>The longest caption that the encoder takes: it has embeddings for 512 positions.</summary>
    [TestMethod]
    public void Caption_of_as_many_tokens_as_there_are_positions_is_encoded()
    {
        using var transformer = Fixture.Fit(_context, Fixture.Options(maxTokens: 512));
        float[] embedding = Fixture.Embeddings(_context, transformer, string.Join(' ', Enumerable.Repeat("red", 600)))[0];
        Assert.IsTrue(embedding[^1] != 0 && float.IsFinite(embedding[^1]));
    }
}
