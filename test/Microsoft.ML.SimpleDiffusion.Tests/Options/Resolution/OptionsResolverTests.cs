namespace Microsoft.ML.SimpleDiffusion.Tests.Options.Resolution;

[TestClass]
public class OptionsResolverTests
{
    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(19, 1)]
    [DataRow(40, 2)]
    [DataRow(59, 2)]
    [DataRow(10_000, 500)]
    [DataRow(200_000, 10_000)]
    [DataRow(2_000_000, 10_000)]
    public void Warm_up_is_a_twentieth_of_the_steps_but_one_at_least_and_10000_at_most(int steps, int expected)
        => Assert.AreEqual(expected, Resolve(new SimpleDiffusionOptions { Training = new TrainingOptions { Steps = steps } }).Training.WarmupSteps);

    [TestMethod]
    public void Warm_up_and_seed_that_are_given_stay()
    {
        var resolved = Resolve(new SimpleDiffusionOptions { Seed = 3, Training = new TrainingOptions { WarmupSteps = 0 } });

        Assert.AreEqual((3, 0), (resolved.Seed!.Value, resolved.Training.WarmupSteps!.Value));
        Assert.AreEqual(7, Resolve(new SimpleDiffusionOptions()).Seed);
    }

    [TestMethod]
    [DataRow(NetworkArchitecture.UVit, LossType.Auto, LossType.V)]
    [DataRow(NetworkArchitecture.ResidualUVit, LossType.Auto, LossType.V)]
    [DataRow(NetworkArchitecture.UNet, LossType.Auto, LossType.Epsilon)]
    [DataRow(NetworkArchitecture.UNet, LossType.MinSnr, LossType.MinSnr)]
    [DataRow(NetworkArchitecture.UVit, LossType.X, LossType.X)]
    public void Loss_follows_the_architecture_unless_it_is_given(NetworkArchitecture architecture, LossType given, LossType expected)
        => Assert.AreEqual(
            expected, Resolve(new SimpleDiffusionOptions { Network = new NetworkOptions { Architecture = architecture }, Diffusion = new DiffusionOptions { Loss = given } }).Diffusion.Loss);

    [TestMethod]
    public void Text_encoder_is_chosen_where_there_is_text_alone()
    {
        foreach (var kind in Enum.GetValues<ConditionKind>())
        {
            var resolved = OptionsResolver.Resolve(new SimpleDiffusionOptions(), hasGpu: true, seed: 7, kind);

            Assert.AreEqual(kind is ConditionKind.Text or ConditionKind.Embeddings ? 4 : null, resolved.Network.TextEncoder.Depth, $"{kind}");
        }
    }

    [TestMethod]
    public void Options_that_are_resolved_are_left_as_they_were()
    {
        var options = new SimpleDiffusionOptions();

        Resolve(options);

        Assert.IsNull(options.Seed);
        Assert.IsNull(options.Network.BaseChannels);
        Assert.IsNull(options.Training.WarmupSteps);
        Assert.AreEqual(LossType.Auto, options.Diffusion.Loss);
    }

    private static SimpleDiffusionOptions Resolve(SimpleDiffusionOptions options) => OptionsResolver.Resolve(options, hasGpu: false, seed: 7);
}
