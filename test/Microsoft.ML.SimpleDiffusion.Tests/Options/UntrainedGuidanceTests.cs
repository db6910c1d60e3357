namespace Microsoft.ML.SimpleDiffusion.Tests.Options;

[TestClass]
public class UntrainedGuidanceTests
{
    [TestMethod]
    public void Guidance_of_a_model_that_never_lost_a_condition_is_told_of()
        => Assert.AreEqual(
            "Sampling.GuidanceScale is 2.5, but guidance leads away from images of nothing in particular, which a model trained with Diffusion.ConditioningDropout 0 "
            + "does not know unless some of its images had no condition: 0.1 would be right.",
            UntrainedGuidance.Find(Doubtful()));

    [TestMethod]
    public void Nothing_is_said_where_one_thing_is_otherwise()
    {
        AssertNothing(options => options.ConditionColumnName = null);
        AssertNothing(options => options.NegativePromptColumnName = "Not");
        AssertNothing(options => options.Sampling.GuidanceScale = 1);
        AssertNothing(options => options.Diffusion.ConditioningDropout = 0.1f);

        static void AssertNothing(Action<SimpleDiffusionOptions> change)
        {
            var options = Doubtful();
            change(options);
            Assert.IsNull(UntrainedGuidance.Find(options));
        }
    }

    private static SimpleDiffusionOptions Doubtful() => new()
    {
        ConditionColumnName = "Label",
        Sampling = new SamplingOptions { GuidanceScale = 2.5f },
        Diffusion = new DiffusionOptions { ConditioningDropout = 0 },
    };
}
