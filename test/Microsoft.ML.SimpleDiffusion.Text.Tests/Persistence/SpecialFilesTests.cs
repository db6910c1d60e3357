using System.Runtime.Versioning;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Persistence;

/// <summary>Pipes, devices and files of absurd length in the place of any file of an encoder, and in the cache.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
[OSCondition(OperatingSystems.Linux)]
public sealed class SpecialFilesTests : IDisposable
{
    private readonly MLContext _context = new(1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("external.onnx")]
    [DataRow("external.onnx_data")]
    [DataRow("tokenizer.model")]
    public void An_encoder_is_refused_at_once(string name)
    {
        var options = Copy();

        SpecialFiles.InPlaceOf(_folder.File(name), kind =>
        {
            var error = Assert.ThrowsExactly<FormatException>(() => Fixture.Fit(_context, options), kind);
            Assert.DoesNotContain('\n', error.Message);
            Assert.Contains(_folder.File(name), error.Message);
        });
    }

    [TestMethod]
    public void A_saved_transformer_whose_encoder_is_none_any_more_is_refused_at_once()
    {
        var options = Copy();
        options.ModelStorage = T5ModelStorage.Path;
        using (var transformer = Fixture.Fit(_context, options))
        {
            _context.Model.SaveAtomically(transformer, Fixture.View(_context, "x").Schema, _folder.File("model.zip"));
        }

        SpecialFiles.InPlaceOf(options.ModelFile, kind => Assert.ThrowsExactly<FormatException>(() => _context.Model.LoadChecked(_folder.File("model.zip"), out _), kind));
    }

    [TestMethod]
    public void The_cache_does_without_what_is_no_file()
    {
        var options = Copy();
        options.CacheDirectory = _folder.File("cache");
        using var transformer = Fixture.Fit(_context, options);
        float[] expected = Fixture.Embeddings(_context, transformer, "red star").Single();
        string file = Directory.GetFiles(options.CacheDirectory, "*", SearchOption.AllDirectories).Single();

        SpecialFiles.InPlaceOf(file, kind => CollectionAssert.AreEqual(expected, Fixture.Embeddings(_context, transformer, "red star").Single(), kind));
    }

    private T5EncoderOptions Copy()
    {
        foreach (string name in new[] { "external.onnx", "external.onnx_data", "tokenizer.model" })
        {
            File.Copy(Fixture.File(name), _folder.File(name));
        }

        var options = Fixture.Options();
        (options.ModelFile, options.TokenizerFile) = (_folder.File("external.onnx"), _folder.File("tokenizer.model"));
        return options;
    }
}
