using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

/// <summary>Which of the two files of a folder is believed.</summary>
[TestClass]
public sealed class ModelDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];

    private string Model => _folder.File("model");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Folder_is_made_and_read_without_a_word()
    {
        Save(steps: 1);

        Assert.AreEqual(1, Open());
        Assert.IsEmpty(_warnings);
        CollectionAssert.AreEquivalent(new[] { "config.json", "model.safetensors" }, Directory.GetFiles(Model).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public void Weights_alone_are_the_model()
    {
        Save(steps: 1);
        File.Delete(Path.Combine(Model, "config.json"));

        Assert.AreEqual(1, Open());
        CollectionAssert.AreEqual(new[] { $"The folder '{Model}' has no config.json beside its weights; the model is what the weights say." }, _warnings);
    }

    [TestMethod]
    public void Weights_of_a_later_save_are_believed()
    {
        Save(steps: 1);
        byte[] old = File.ReadAllBytes(Path.Combine(Model, "config.json"));
        Save(steps: 2, weight: 5);
        File.WriteAllBytes(Path.Combine(Model, "config.json"), old);

        Assert.AreEqual(2, Open());
        CollectionAssert.AreEqual(new[] { $"The folder '{Model}' has the config.json of another save beside its weights; the model is what the weights say." }, _warnings);
    }

    [TestMethod]
    public void Configuration_without_a_checksum_is_believed()
    {
        Save(steps: 1);
        string configuration = Path.Combine(Model, "config.json");
        File.WriteAllText(configuration, ModelConfigurationJson.Serialize(Configuration(3)));

        Assert.AreEqual(3, Open());
        Assert.IsEmpty(_warnings);
    }

    [TestMethod]
    [DataRow(false, false, "config.json")]
    [DataRow(true, false, "model.safetensors")]
    public void File_that_is_missing_is_named(bool hasConfiguration, bool hasWeights, string missing)
    {
        Save(steps: 1);
        Keep("config.json", hasConfiguration);
        Keep("model.safetensors", hasWeights);

        var error = Assert.ThrowsExactly<FileNotFoundException>(() => Open());

        Assert.AreEqual($"There is no model in '{Model}': the file {missing} is missing.", error.Message);
        Assert.AreEqual(Path.Combine(Model, missing), error.FileName);
    }

    [TestMethod]
    public void Weights_of_another_program_need_a_configuration()
    {
        Save(steps: 1);
        WriteForeignWeights();

        StringAssert.StartsWith(
            Assert.ThrowsExactly<FormatException>(() => Open()).Message,
            "config.json and model.safetensors are not of the same model: saving was interrupted between the two. If they are meant to be together, remove 'weightsSha256' from config.json.");
        File.Delete(Path.Combine(Model, "config.json"));
        Assert.AreEqual($"There is no model in '{Model}': the file config.json is missing.", Assert.ThrowsExactly<FileNotFoundException>(() => Open()).Message);
    }

    [TestMethod]
    public void Configuration_that_is_too_long_is_refused_unread()
    {
        Save(steps: 1);
        File.WriteAllBytes(Path.Combine(Model, "config.json"), new byte[(16 << 20) + 1]);

        Assert.AreEqual("The model's configuration is damaged: it is longer than 16777216 bytes.", Assert.ThrowsExactly<FormatException>(() => Open()).Message);
    }

    [TestMethod]
    public void Files_of_a_refused_model_are_closed()
    {
        Save(steps: 1);
        File.WriteAllBytes(Path.Combine(Model, "model.safetensors"), new byte[3]);

        Assert.ThrowsExactly<FormatException>(() => Open());

        using var alone = new FileStream(Path.Combine(Model, "model.safetensors"), FileMode.Open, FileAccess.Read, FileShare.None);
    }

    private static ModelConfiguration Configuration(int steps) => new() { Options = new SimpleDiffusionOptions(), Condition = ConditionDescription.None, TrainedSteps = steps };

    private void Keep(string file, bool isKept)
    {
        if (!isKept)
        {
            File.Delete(Path.Combine(Model, file));
        }
    }

    private void Save(int steps, float weight = 1) => ModelDirectory.Save(Model, Configuration(steps), (stream, metadata) =>
    {
        using var value = full(1, weight);
        return SafetensorsWriter.Write(stream, [new("w", value)], metadata);
    });

    private void WriteForeignWeights() => Files.Write(Path.Combine(Model, "model.safetensors"), stream =>
    {
        using var value = full(1, 7f);
        SafetensorsWriter.Write(stream, [new("w", value)]);
    });

    private long Open()
    {
        var configuration = ModelDirectory.Open(Model, _warnings.Add, out var weights);
        using (weights)
        {
            Assert.AreEqual(0, weights.Position);
        }

        return configuration.TrainedSteps;
    }
}
