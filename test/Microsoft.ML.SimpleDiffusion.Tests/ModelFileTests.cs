using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests;

[TestClass]
public class ModelFileTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Truncated_model_is_refused_at_every_length()
    {
        byte[] file = SavedModel();
        for (int length = 0; length < file.Length; length += Math.Max(1, file.Length / 50))
        {
            AssertRefused(file[..length], $"length {length}");
        }
    }

    [TestMethod]
    public void Flipped_bit_is_refused_or_harmless()
    {
        byte[] file = SavedModel();
        byte[] expected = Weights(file);
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            var damaged = (byte[])file.Clone();
            damaged[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                // Some bytes of a zip file, such as time stamps, mean nothing for the model.
                CollectionAssert.AreEqual(expected, Weights(damaged));
            }
            catch (InvalidDataException)
            {
                // ML.NET unzips the model's header before it calls our loader, and passes on what .NET says of damaged zip data.
            }
            catch (FileNotFoundException e)
            {
                // The header also holds the name of this library's assembly, by which ML.NET finds our loader.
                StringAssert.Contains(e.Message, "Could not load file or assembly");
            }
            catch (Exception e) when (e is not AssertFailedException)
            {
                AssertSaysWhatIsWrong(e);
            }
        }
    }

    /// <summary>Found by the fuzzer: ML.NET showed a bare TargetInvocationException.</summary>
    [TestMethod]
    public void Weights_that_cannot_be_decompressed_are_refused_in_a_sentence()
    {
        byte[] file = SavedModel();
        byte[] name = [.. "weights.safetensors"u8];

        // A local header of a zip file ends with the lengths of name and extra field, and both; three one bits begin no compressed data.
        int nameAt = file.AsSpan().IndexOf(name);
        int header = file.AsSpan(0, nameAt).LastIndexOf("PK\u0003\u0004"u8);
        int data = header + 30 + BitConverter.ToUInt16(file, header + 26) + BitConverter.ToUInt16(file, header + 28);
        file[data] |= 7;

        AssertRefused(file, "compressed data that cannot begin");
    }

    [TestMethod]
    public void Safetensors_folder_gives_the_same_model()
    {
        using var folder = new TemporaryFolder();
        using var transformer = Fit();
        transformer.SaveAsSafetensors(folder.Path);

        using var loaded = SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.Path);

        Assert.AreEqual(transformer.ParameterCount, loaded.ParameterCount);
        CollectionAssert.AreEqual(WeightBytes.Of(transformer), WeightBytes.Of(loaded));
        Assert.AreEqual(transformer.Options.Network.BaseChannels, loaded.Options.Network.BaseChannels);
    }

    [TestMethod]
    public void Safetensors_folder_in_half_precision_gives_nearly_the_same_model()
    {
        using var folder = new TemporaryFolder();
        using var transformer = Fit();
        transformer.SaveAsSafetensors(folder.Path, WeightPrecision.Float16);

        using var loaded = SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.Path);

        foreach (var (expected, actual) in FittedNetwork.Of(transformer).parameters().Zip(FittedNetwork.Of(loaded).parameters()))
        {
            CollectionAssert.AreEqual(expected.data<float>().Select(weight => (float)(Half)weight).ToArray(), actual.data<float>().ToArray());
        }
    }

    [TestMethod]
    public void Safetensors_folder_without_a_file_names_it()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.ThrowsExactly<FileNotFoundException>(() => SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.Path));

        StringAssert.Contains(error.Message, "config.json");
    }

    [TestMethod]
    public void Configuration_that_claims_a_larger_network_is_refused_before_it_is_allocated()
    {
        using var folder = new TemporaryFolder();
        using var transformer = Fit();
        transformer.SaveAsSafetensors(folder.Path);
        string path = folder.File("config.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"baseChannels\": 8", "\"baseChannels\": 1024", StringComparison.Ordinal));

        var error = Assert.ThrowsExactly<FormatException>(() => SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.Path));

        StringAssert.Contains(error.Message, "bytes");
    }

    /// <summary>Found by the fuzzer: it ended in an ArgumentOutOfRangeException about a parameter of the network.</summary>
    [TestMethod]
    public void Configuration_that_leaves_a_number_open_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var transformer = Fit();
        transformer.SaveAsSafetensors(folder.Path);
        string path = folder.File("config.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"patching\": \"None\"", "\"patching\": \"Auto\"", StringComparison.Ordinal));

        var error = Assert.ThrowsExactly<FormatException>(() => SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.Path));

        StringAssert.Contains(error.Message, "incomplete");
    }

    [TestMethod]
    public void Configuration_and_weights_of_two_saves_are_told_apart()
    {
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        using (var transformer = Fit())
        using (var other = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 2)).Fit(TinyData.View(_context)))
        {
            transformer.SaveAsSafetensors(first.Path);
            other.SaveAsSafetensors(second.Path);
        }

        // As earlier versions wrote them: without a configuration of their own.
        File.WriteAllBytes(first.File("model.safetensors"), WithoutConfiguration(File.ReadAllBytes(second.File("model.safetensors"))));
        var error = Assert.ThrowsExactly<FormatException>(() => SimpleDiffusionTransformer.LoadFromSafetensors(_context, first.Path));

        StringAssert.Contains(error.Message, "not of the same model");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Save_that_was_interrupted_between_the_two_files_is_the_new_model(bool isFirst)
    {
        var log = new CapturedLog();
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        using (var transformer = Fit())
        using (var next = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 2)).Fit(TinyData.View(_context)))
        {
            transformer.SaveAsSafetensors(folder.Path);
            next.SaveAsSafetensors(other.Path);
        }

        File.Copy(other.File("model.safetensors"), folder.File("model.safetensors"), overwrite: true);
        if (isFirst)
        {
            File.Delete(folder.File("config.json"));
        }

        using var loaded = SimpleDiffusionTransformer.LoadFromSafetensors(log.Context, folder.Path);

        Assert.AreEqual(2, loaded.TrainedSteps);
        Assert.HasCount(1, log.With("the model is what the weights say"));
    }

    [TestMethod]
    public void Configuration_that_is_too_long_is_refused_before_it_is_read()
    {
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder.File("config.json")))
        {
            file.SetLength((16 << 20) + 1);
        }

        var error = Assert.ThrowsExactly<FormatException>(() => SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.Path));

        StringAssert.Contains(error.Message, "longer than");
    }

    [TestMethod]
    public void Nothing_of_the_machine_is_stored_and_what_earlier_versions_stored_is_not_obeyed()
    {
        var log = new CapturedLog();
        using var folder = new TemporaryFolder();
        var options = TinyData.Options(steps: 1);
        options.Training.CheckpointDirectory = folder.File("checkpoints of someone");
        options.Training.TensorBoardDirectory = folder.File("events of someone");
        string model = folder.File("model"), zip = folder.File("model.zip");
        using (var transformer = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context)))
        {
            transformer.SaveAsSafetensors(model);
            _context.Model.Save(transformer, TinyData.View(_context).Schema, zip);
        }

        string path = Path.Combine(model, "config.json"), json = File.ReadAllText(path);
        string[] written = [path, zip, .. Directory.GetFiles(options.Training.CheckpointDirectory)];
        foreach (string file in written)
        {
            Assert.DoesNotContain("someone", File.ReadAllText(file, System.Text.Encoding.Latin1), file);
        }

        Assert.DoesNotContain("\"device", json);
        Assert.DoesNotContain("\"threads", json);

        int threads = TorchSharp.torch.get_num_threads();
        string compute = $"\"compute\": {{ \"device\": \"Cuda\", \"deviceIndex\": 7, \"threads\": {threads + 1}, \"allowTensorFloat32\": true,";
        string training = "\"training\": { \"checkpointDirectory\": \"/somewhere\", \"tensorBoardDirectory\": \"/else\",";
        File.WriteAllText(path, Replace(Replace(json, "\"compute\": {", compute), "\"training\": {", training));
        using var loaded = SimpleDiffusionTransformer.LoadFromSafetensors(log.Context, model);

        Assert.AreEqual(ComputeDevice.Auto, loaded.Options.Compute.Device);
        Assert.AreEqual(0, loaded.Options.Compute.DeviceIndex);
        Assert.IsNull(loaded.Options.Compute.Threads);
        Assert.IsFalse(loaded.Options.Compute.AllowTensorFloat32);
        Assert.IsNull(loaded.Options.Training.CheckpointDirectory);
        Assert.IsNull(loaded.Options.Training.TensorBoardDirectory);
        Assert.AreEqual(threads, TorchSharp.torch.get_num_threads());
        Assert.IsEmpty(log.With("GPU"));

        static string Replace(string json, string from, string to)
        {
            StringAssert.Contains(json, from);
            return json.Replace(from, to, StringComparison.Ordinal);
        }
    }

    private SimpleDiffusionTransformer Fit() => _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(_context));

    private static byte[] WithoutConfiguration(byte[] file)
    {
        int length = (int)BitConverter.ToInt64(file);
        var header = System.Text.Json.Nodes.JsonNode.Parse(file.AsSpan(8, length))!.AsObject();
        header["__metadata__"]!.AsObject().Remove("configuration");
        byte[] shorter = System.Text.Encoding.UTF8.GetBytes(header.ToJsonString());
        return [.. BitConverter.GetBytes((long)shorter.Length), .. shorter, .. file.AsSpan(8 + length)];
    }

    private byte[] SavedModel()
    {
        using var transformer = Fit();
        using var stream = new MemoryStream();
        _context.Model.Save(transformer, null, stream);
        return stream.ToArray();
    }

    private byte[] Weights(byte[] file)
    {
        using var stream = new MemoryStream(file);
        using var transformer = (SimpleDiffusionTransformer)_context.Model.Load(stream, out _);
        return WeightBytes.Of(transformer);
    }

    private void AssertRefused(byte[] file, string message)
    {
        using var stream = new MemoryStream(file);
        AssertSaysWhatIsWrong(Assert.Throws<Exception>(() => _context.Model.Load(stream, out _), message));
    }

    /// <summary>ML.NET wraps what it gets from a loader in an exception of its own; the sentence is in the chain.</summary>
    private static void AssertSaysWhatIsWrong(Exception error)
    {
        if (error is InvalidDataException && !error.ToString().Contains("SimpleDiffusion.Interop", StringComparison.Ordinal))
        {
            // ML.NET could not unpack an entry of its own, and has not called this library yet.
            return;
        }

        Assert.IsTrue(error is FormatException or InvalidOperationException, $"{error.GetType()}: {error.Message}");
        bool isSaid = false;
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            isSaid |= e is FormatException;
        }

        Assert.IsTrue(isSaid, error.ToString());
    }
}
