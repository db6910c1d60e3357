using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests;

[TestClass]
public sealed class ModelFileTests : IDisposable
{
    private static readonly string[] Captions = ["a small red circle", "", "blue 😀"];

    private readonly MLContext _context = new(1);
    private readonly TemporaryFolder _folder = new();

    private string Zip => _folder.File("model.zip");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("t5.onnx", T5ModelStorage.Embedded)]
    [DataRow("t5.onnx", T5ModelStorage.Path)]
    [DataRow("external.onnx", T5ModelStorage.Embedded)]
    [DataRow("external.onnx", T5ModelStorage.Path)]
    public void Loaded_transformer_encodes_as_the_saved_one_did_and_can_be_saved_again(string model, T5ModelStorage storage)
    {
        float[][] expected = Save(model, storage);
        if (storage == T5ModelStorage.Embedded)
        {
            Array.ForEach(Directory.GetFiles(_folder.Path, "*.onnx*"), File.Delete);
        }

        string again = _folder.File("again.zip");
        using (var loaded = Load(Zip))
        {
            Assert.AreEqual(7, loaded.Options.ReadAheadRows);
            Assert.IsNull(loaded.Options.CacheDirectory);
            AssertEqual(expected, Fixture.Embeddings(_context, loaded, Captions));
            _context.Model.Save(loaded, Fixture.View(_context, "x").Schema, again);
        }

        using var reloaded = Load(again);
        AssertEqual(expected, Fixture.Embeddings(_context, reloaded, Captions));
    }

    /// <summary>A file that an earlier version wrote, kept for ever.</summary>
    [TestMethod]
    public void File_of_version_1_gives_the_embeddings_that_it_gave()
    {
        using var loaded = Load(Fixture.File(Path.Combine("Version1", "t5.zip")));
        float[] expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Fixture.File(Path.Combine("Version1", "t5.embeddings")))).ToArray();

        float[] actual = [.. Fixture.Embeddings(_context, loaded, "a small red circle", "blue").SelectMany(embedding => embedding)];

        Assert.HasCount(expected.Length, actual);
        Assert.IsLessThan(1e-4f, expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max());
    }

    [TestMethod]
    public void Model_loads_in_a_fresh_process_that_names_no_type_of_the_library()
    {
        double expected = Save("t5.onnx", T5ModelStorage.Embedded)[0].Sum(value => (double)value);
        var (exitCode, output, errors) = TestHostProcess.Run([Zip, "TextEmbedding", Captions[0]]);
        Assert.AreEqual(0, exitCode, errors);
        Assert.AreEqual(expected, double.Parse(output, CultureInfo.InvariantCulture), 1e-4);
    }

    [TestMethod]
    public void Chain_with_the_encoder_is_saved_and_loaded()
    {
        var pipeline = _context.Transforms.CopyColumns("Copy", "Caption").Append(_context.Transforms.Text.EncodeT5(Fixture.Options("int32.onnx")));
        var data = Fixture.View(_context, Captions);
        using (var model = pipeline.Fit(data))
        {
            _context.Model.Save(model, data.Schema, Zip);
        }

        var loaded = _context.Model.Load(Zip, out _);
        Assert.HasCount(3, Fixture.Embeddings(_context, loaded, Captions));
        (loaded as IDisposable)?.Dispose();
    }

    [TestMethod]
    public void What_is_wrong_comes_as_it_was_said_where_the_file_is_checked_on_loading()
    {
        Save("int32.onnx", T5ModelStorage.Embedded);
        ReplaceEntry("encoder.0", [1]);

        var error = Assert.ThrowsExactly<FormatException>(() => _context.Model.LoadChecked(Zip, out _));

        Assert.StartsWith("The model is damaged: encoder.0 has 1 bytes", error.Message);
    }

    [TestMethod]
    public void Device_and_threads_of_the_machine_that_saved_are_not_kept()
    {
        Save("t5.onnx", T5ModelStorage.Embedded);

        using var loaded = Load(Zip);

        Assert.IsNull(loaded.Options.Threads);
        Assert.AreEqual(T5Device.Auto, loaded.Options.Device);
        Assert.DoesNotContain("threads", Encoding.Unicode.GetString(ReadEntry("Model.key")));
    }

    /// <summary>The names of the user's files are kept, their folders are not.</summary>
    [TestMethod]
    public void Folders_of_the_machine_that_saved_are_not_kept()
    {
        Save("external.onnx", T5ModelStorage.Embedded);

        string unpacked = _folder.File("unpacked");
        ZipFile.ExtractToDirectory(Zip, unpacked);
        string[] files = [.. Directory.GetFiles(unpacked, "*", SearchOption.AllDirectories), .. Directory.GetFiles(_folder.File("cache"), "*", SearchOption.AllDirectories)];
        foreach (var (file, encoding) in files.SelectMany(file => new[] { (file, Encoding.UTF8), (file, Encoding.Unicode) }))
        {
            Assert.IsLessThan(0, File.ReadAllBytes(file).AsSpan().IndexOf(encoding.GetBytes(Path.GetFileName(_folder.Path))), file);
        }
    }

    [TestMethod]
    public void Path_that_is_gone_is_named()
    {
        Save("int32.onnx", T5ModelStorage.Path);
        File.Delete(_folder.File("int32.onnx"));
        string message = Refusal();
        Assert.Contains(_folder.File("int32.onnx"), message);
        Assert.Contains("put the file back, or fit and save again", message);
    }

    [TestMethod]
    [DataRow("external.onnx")]
    [DataRow("external.onnx_data")]
    public void Path_whose_file_has_changed_is_refused(string changed)
    {
        Save("external.onnx", T5ModelStorage.Path);
        string path = _folder.File(changed);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("is not the one that the model was saved with: its SHA-256 differs", Refusal());
    }

    [TestMethod]
    [DataRow("tokenizer.model")]
    [DataRow("encoder.0")]
    public void Damaged_or_missing_entry_is_refused(string name)
    {
        Save("int32.onnx", T5ModelStorage.Embedded);
        byte[] whole = ReadEntry(name);
        byte[] flipped = (byte[])whole.Clone();
        flipped[^1] ^= 1;
        foreach (var content in (byte[]?[])[flipped, whole[..^1], [.. whole, 0], []])
        {
            ReplaceEntry(name, content);
            Assert.StartsWith("The model is damaged: ", Refusal());
        }

        ReplaceEntry(name, null);
        Assert.Contains("is missing", Refusal());
    }

    [TestMethod]
    public void Changed_configuration_is_refused()
    {
        Save("int32.onnx", T5ModelStorage.Embedded);
        byte[] model = ReadEntry("Model.key");

        // ML.NET keeps strings as UTF-16.
        int at = model.AsSpan().IndexOf(Encoding.Unicode.GetBytes("\"maxTokens\": 8"));
        Encoding.Unicode.GetBytes("\"maxTokens\": 9").CopyTo(model, at);
        ReplaceEntry("Model.key", model);
        Assert.Contains("checksum of its configuration is wrong", Refusal());
    }

    [TestMethod]
    public void Nothing_of_a_loaded_model_stays_in_the_temporary_folder()
    {
        Save("external.onnx", T5ModelStorage.Embedded);
        int before = TemporaryFolders();
        using (Load(Zip))
        {
            if (!OperatingSystem.IsWindows())
            {
                Assert.AreEqual(before, TemporaryFolders());
            }
        }

        Assert.AreEqual(before, TemporaryFolders());
        ReplaceEntry("encoder.0", [1]);
        Refusal();
        Assert.AreEqual(before, TemporaryFolders());
    }

    [TestMethod]
    public void File_that_changes_between_fitting_and_saving_is_refused()
    {
        using var transformer = Fixture.Fit(_context, Options("int32.onnx", T5ModelStorage.Embedded));
        byte[] bytes = File.ReadAllBytes(_folder.File("int32.onnx"));
        bytes[^1] ^= 1;
        try
        {
            using var file = new FileStream(_folder.File("int32.onnx"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.Write(bytes);
        }
        catch (IOException)
        {
            // Open for reading, it cannot be changed.
            return;
        }

        var error = Assert.ThrowsExactly<FormatException>(() => _context.Model.Save(transformer, Fixture.View(_context, "x").Schema, Zip));
        Assert.StartsWith("The encoder cannot be saved", error.Message);
    }

    private static int TemporaryFolders() => Directory.GetDirectories(Path.GetTempPath(), "t5-encoder-*").Length;

    private static void AssertEqual(float[][] expected, float[][] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            CollectionAssert.AreEqual(expected[i], actual[i]);
        }
    }

    private T5EncoderOptions Options(string model, T5ModelStorage storage)
    {
        foreach (string file in Directory.GetFiles(Fixture.File(string.Empty), model + "*"))
        {
            File.Copy(file, _folder.File(Path.GetFileName(file)), overwrite: true);
        }

        var options = Fixture.Options(model);
        (options.ModelFile, options.ModelStorage, options.ReadAheadRows, options.CacheDirectory) = (_folder.File(model), storage, 7, _folder.File("cache"));
        return options;
    }

    private float[][] Save(string model, T5ModelStorage storage)
    {
        using var transformer = Fixture.Fit(_context, Options(model, storage));
        _context.Model.Save(transformer, Fixture.View(_context, "x").Schema, Zip);
        return Fixture.Embeddings(_context, transformer, Captions);
    }

    private T5EncodingTransformer Load(string path) => (T5EncodingTransformer)_context.Model.Load(path, out _);

    /// <summary>ML.NET wraps what it gets from a loader in an exception of its own; the sentence is in the chain.</summary>
    private string Refusal()
    {
        Exception? error = Assert.Throws<Exception>(() => Load(Zip));
        string all = error.ToString();
        while (error is not null and not FormatException)
        {
            error = error.InnerException;
        }

        Assert.IsNotNull(error, all);
        return error.Message;
    }

    private byte[] ReadEntry(string name)
    {
        using var zip = ZipFile.OpenRead(Zip);
        using var stream = Entry(zip, name).Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    private void ReplaceEntry(string name, byte[]? content)
    {
        using var zip = ZipFile.Open(Zip, ZipArchiveMode.Update);
        var entry = Entry(zip, name);
        string fullName = entry.FullName;
        entry.Delete();
        if (content is not null)
        {
            using var stream = zip.CreateEntry(fullName).Open();
            stream.Write(content);
        }
    }

    private static ZipArchiveEntry Entry(ZipArchive zip, string name) => zip.Entries.First(entry => entry.FullName.Split('/', '\\')[^1] == name);
}
