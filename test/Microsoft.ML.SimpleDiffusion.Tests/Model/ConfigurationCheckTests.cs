using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Model;

/// <summary>Configurations of files that contradict themselves.</summary>
[TestClass]
public class ConfigurationCheckTests
{
    [TestMethod]
    public void Right_configurations_give_the_plan_of_their_network()
    {
        Assert.IsNull(ConfigurationCheck.Run(Configuration()).Embedding.Guidance);
        Assert.IsNotNull(ConfigurationCheck.Run(Student(largest: 4, hasInput: true)).Embedding.Guidance);
    }

    [TestMethod]
    public void Condition_without_a_column_is_refused()
    {
        var configuration = Configuration();
        configuration.Options.ConditionColumnName = null;

        AssertDamaged(configuration, "its condition has no column");
    }

    [TestMethod]
    public void Option_out_of_range_is_refused_by_its_name()
    {
        var configuration = Configuration();
        configuration.Options.Sampling.Steps = 0;

        AssertDamaged(configuration, "Sampling.Steps must be 1");
    }

    [TestMethod]
    [DataRow(null, true)]
    [DataRow(4f, false)]
    public void Network_that_is_told_a_scale_and_student_of_one_scale_contradict_each_other(float? largest, bool hasInput)
        => AssertDamaged(Student(largest, hasInput), "its network is told a guidance scale if and only if it has been distilled over a range of them");

    [TestMethod]
    public void Number_that_is_left_open_is_refused()
    {
        var configuration = Configuration();
        configuration.Options.Network.BaseChannels = null;

        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => ConfigurationCheck.Run(configuration)).Message, "The model's configuration is incomplete");
    }

    private static void AssertDamaged(ModelConfiguration configuration, string sentence)
    {
        var error = Assert.ThrowsExactly<FormatException>(() => ConfigurationCheck.Run(configuration));

        StringAssert.StartsWith(error.Message, "The model's configuration is damaged: ");
        StringAssert.Contains(error.Message, sentence);
    }

    private static ModelConfiguration Student(float? largest, bool hasInput)
    {
        var configuration = Configuration();
        configuration.Options.Sampling = StudentOptions.Sampling(configuration.Options.Sampling, 2);
        return configuration with { Distillation = StudentInfo.Of(2) with { MaxGuidanceScale = largest }, Condition = configuration.Condition with { HasGuidanceInput = hasInput } };
    }

    private static ModelConfiguration Configuration() => new()
    {
        Options = OptionsResolver.Resolve(TinyData.Options(), hasGpu: false, seed: 1, ConditionKind.Class),
        Condition = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = TinyData.Labels },
        TrainedSteps = 1,
    };
}
