using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tool.Commands;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests.Inputs;

[TestClass]
public class OptionSettingsTests
{
    private readonly SimpleDiffusionOptions _options = new();

    [TestMethod]
    public void Assignments_set_options_of_every_kind()
    {
        foreach (string assignment in (string[])["Training.Steps=12", "training.learningrate = 1e-4", "Training.RandomHorizontalFlip=true", "Network.ChannelMultipliers=1,2,4",
            "Sampling.Sampler=ddim", "Sampling.GuidanceScale=2.5", "Training.WarmupSteps=auto", "Training.CheckpointDirectory=here"])
        {
            OptionSettings.Set(_options, assignment);
        }

        Assert.AreEqual(12, _options.Training.Steps);
        Assert.AreEqual(1e-4, _options.Training.LearningRate);
        Assert.IsTrue(_options.Training.RandomHorizontalFlip);
        CollectionAssert.AreEqual(new[] { 1, 2, 4 }, _options.Network.ChannelMultipliers);
        Assert.AreEqual(SamplerType.Ddim, _options.Sampling.Sampler);
        Assert.AreEqual(2.5f, _options.Sampling.GuidanceScale);
        Assert.IsNull(_options.Training.WarmupSteps);
        Assert.AreEqual("here", _options.Training.CheckpointDirectory);
    }

    [TestMethod]
    [DataRow("Training.Step=1", "There is no option 'Training.Step'. Is it Training.Steps, ")]
    [DataRow("Training.Foo=1", "There is no option 'Training.Foo'. There are Training.Steps, Training.BatchSize, ")]
    [DataRow("Steps=1", "There is no option 'Steps'. Is it ")]
    [DataRow("ImageColumnName=Photo", "There is no option 'ImageColumnName'.")]
    [DataRow("Training.Progress=x", "There is no option 'Training.Progress'.")]
    [DataRow("Training.Steps=many", "Training.Steps cannot be 'many': it is a whole number.")]
    [DataRow("Training.Steps=1.5", "Training.Steps cannot be '1.5': it is a whole number.")]
    [DataRow("Training.Steps=99999999999", "Training.Steps cannot be '99999999999': it is a whole number.")]
    [DataRow("Sampling.Sampler=Fast", "Sampling.Sampler cannot be 'Fast': it is one of Ddpm, Ddim, DpmSolverPlusPlus2M.")]
    [DataRow("Sampling.Sampler=1", "Sampling.Sampler cannot be '1': it is one of Ddpm, Ddim, DpmSolverPlusPlus2M.")]
    [DataRow("Network.BlocksPerLevel=1;2", "Network.BlocksPerLevel cannot be '1;2': it is a list of whole numbers such as 1,2,4, or auto.")]
    [DataRow("Training.RandomHorizontalFlip=yes", "Training.RandomHorizontalFlip cannot be 'yes': it is true or false.")]
    [DataRow("Training.Steps", "'Training.Steps' sets nothing: write an option and its value, such as Training.Steps=1000.")]
    [DataRow("=1", "'=1' sets nothing: write an option and its value, such as Training.Steps=1000.")]
    public void What_cannot_be_set_is_said_with_what_could(string assignment, string message)
    {
        var error = Assert.ThrowsExactly<UsageException>(() => OptionSettings.Set(_options, assignment));
        StringAssert.StartsWith(error.Message, message);
    }

    [TestMethod]
    public void File_sets_groups_of_options()
    {
        using var folder = new TemporaryFolder();
        SetFromFile(folder, """{ "training": { "Steps": 7, "LearningRate": 0.001, /* short */ }, "Network": { "BlocksPerLevel": [1, 2], "Architecture": "UNet" }, "Seed": null }""");
        Assert.AreEqual(7, _options.Training.Steps);
        Assert.AreEqual(0.001, _options.Training.LearningRate);
        CollectionAssert.AreEqual(new[] { 1, 2 }, _options.Network.BlocksPerLevel);
        Assert.AreEqual(NetworkArchitecture.UNet, _options.Network.Architecture);
    }

    [TestMethod]
    [DataRow("[]", "is no object of options")]
    [DataRow("{", "cannot be read as a file of options")]
    [DataRow("", "cannot be read as a file of options")]
    [DataRow("""{ "Training": 1 }""", "There is no option 'Training'.")]
    [DataRow("""{ "Training": { "Steps": "many" } }""", "Training.Steps cannot be '\"many\"': it is a whole number.")]
    [DataRow("""{ "Training": { "Steps": [1] } }""", "Training.Steps cannot be '[1]': it is a whole number.")]
    [DataRow("""{ "Network": { "BlocksPerLevel": ["a"] } }""", "it is a list of whole numbers")]
    [DataRow("""{ "Training": { "Steps": 1e999 } }""", "Training.Steps cannot be '1e999'")]
    public void File_that_says_what_cannot_be_is_refused(string json, string message)
    {
        using var folder = new TemporaryFolder();
        var error = Assert.ThrowsExactly<UsageException>(() => SetFromFile(folder, json));
        StringAssert.Contains(error.Message, message);
    }

    [TestMethod]
    public void File_that_is_no_text_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("options.json"), [.. "{ \"Tr"u8, 0xE7, .. "\": 1 }"u8]);
        var error = Assert.ThrowsExactly<UsageException>(() => OptionSettings.SetFromFile(_options, new FileInfo(folder.File("options.json"))));
        StringAssert.Contains(error.Message, "cannot be read as a file of options");
    }

    [TestMethod]
    public void File_that_is_missing_is_named()
        => StringAssert.Contains(Assert.ThrowsExactly<UsageException>(() => OptionSettings.SetFromFile(_options, new FileInfo("none.json"))).Message, "none.json");

    private void SetFromFile(TemporaryFolder folder, string json)
    {
        File.WriteAllText(folder.File("options.json"), json);
        OptionSettings.SetFromFile(_options, new FileInfo(folder.File("options.json")));
    }
}
