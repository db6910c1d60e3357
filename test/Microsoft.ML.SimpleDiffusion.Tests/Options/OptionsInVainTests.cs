using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Options;

[TestClass]
public class OptionsInVainTests
{
    [TestMethod]
    public void Option_that_has_no_effect_is_told_with_where_it_would_have_one()
    {
        var options = new SimpleDiffusionOptions();
        (options.Diffusion.Schedule, options.Diffusion.NoiseResolution) = (ScheduleType.Cosine, 32);
        options.Diffusion.MinSnrGamma = 3;
        options.Diffusion.LogSnrDeviation = 2;
        options.Training.LearningRateDecayShare = 0.3;
        options.Sampling.GuidanceRescale = 0.5f;
        options.Network.TransformerBlocks = 6;

        CollectionAssert.AreEquivalent(
            new[]
            {
                "The option Diffusion.NoiseResolution is 32, which has no effect: it counts only where Diffusion.Schedule is ShiftedCosine.",
                "The option Diffusion.MinSnrGamma is 3, which has no effect: it counts only where Diffusion.Loss is MinSnr.",
                "The option Diffusion.LogSnrDeviation is 2, which has no effect: it counts only where Diffusion.NoiseDraws is Normal.",
                "The option Training.LearningRateDecayShare is 0.3, which has no effect: it counts only where Training.LearningRateDecay is WarmupStableDecay.",
                "The option Sampling.GuidanceRescale is 0.5, which has no effect: it counts only where Sampling.GuidanceScale is not 1.",
            },
            OptionsInVain.Find(options).ToArray());
    }

    [TestMethod]
    public void Default_options_have_none_and_nor_have_the_presets()
    {
        Assert.IsEmpty(OptionsInVain.Find(new SimpleDiffusionOptions()));
        foreach (var preset in typeof(SimpleDiffusionPresets).GetMethods().Where(method => method.ReturnType == typeof(SimpleDiffusionOptions)))
        {
            var options = (SimpleDiffusionOptions)preset.Invoke(null, null)!;
            options.ConditionColumnName = "Label";
            Assert.IsEmpty(OptionsInVain.Find(options), preset.Name);
        }
    }

    [TestMethod]
    public void Fit_warns_once_and_loading_does_not()
    {
        var log = new CapturedLog();
        using var folder = new TemporaryFolder();
        var options = TinyData.Options(steps: 2);
        options.Sampling.DdimEta = 0.5f;
        using (var model = log.Context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(log.Context)))
        {
            model.SaveAsSafetensors(folder.Path);
        }

        using var loaded = SimpleDiffusionTransformer.LoadFromSafetensors(log.Context, folder.Path);

        Assert.HasCount(1, log.With("The option Sampling.DdimEta is 0.5, which has no effect"));
    }
}
