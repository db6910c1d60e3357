using Microsoft.ML.SimpleDiffusion.Tool.Commands;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests.Inputs;

[TestClass]
public class SweptValuesTests
{
    [TestMethod]
    [DataRow("Training.LearningRate", "Training.LearningRate")]
    [DataRow("training.learningrate=1e-4..1e-3", "Training.LearningRate")]
    [DataRow("Training.BatchSize=8,16,32", "Training.BatchSize")]
    [DataRow("Network.ChannelMultipliers=1,2;1,2,4", "Network.ChannelMultipliers")]
    public void Paths_ranges_and_lists_name_the_option(string text, string option) => Assert.AreEqual(option, SweptValues.Parse(text).Option);

    [TestMethod]
    [DataRow("Training.LearningRate=1e-3..1e-4", "'1e-3..1e-4' is no range for Training.LearningRate")]
    [DataRow("Training.LearningRate=low..high", "is no range")]
    [DataRow("Training.Foo", "There is no option 'Training.Foo'")]
    [DataRow("Training.BatchSize=8,many", "Training.BatchSize cannot be 'many'")]
    public void Values_that_cannot_be_are_refused(string text, string message)
        => StringAssert.Contains(Assert.ThrowsExactly<UsageException>(() => SweptValues.Parse(text)).Message, message);
}
