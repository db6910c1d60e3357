using Microsoft.ML.SimpleDiffusion.Diffusion;

namespace Microsoft.ML.SimpleDiffusion.Tests.Diffusion;

[TestClass]
public class SamplingPathTests
{
    [TestMethod]
    public void Evaluation_on_a_bound_of_the_guidance_interval_is_guided()
    {
        // Six evaluations lie at 0, 1/5, 2/5, 3/5, 4/5 and 1 of the way.
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3 }, Guided(steps: 6, from: 0, to: 0.6001f, start: 1));
        CollectionAssert.AreEqual(new[] { 5 }, Guided(steps: 6, from: 1, to: 1, start: 1));
        CollectionAssert.AreEqual(new[] { 0 }, Guided(steps: 6, from: 0, to: 0, start: 1));
    }

    [TestMethod]
    public void Evaluations_of_a_way_that_starts_later_lie_where_those_of_the_whole_way_do()
    {
        // Half of ten evaluations: they lie at 5/9, 6/9, 7/9, 8/9 and 1.
        CollectionAssert.AreEqual(new[] { 0, 1 }, Guided(steps: 10, from: 0.5f, to: 0.7f, start: 0.5));
        CollectionAssert.AreEqual(new[] { 2, 3 }, Guided(steps: 10, from: 0.7f, to: 0.9f, start: 0.5));
    }

    [TestMethod]
    public void Only_evaluation_lies_at_the_end_of_the_way()
    {
        CollectionAssert.AreEqual(new[] { 0 }, Guided(steps: 1, from: 0.9f, to: 1, start: 1));
        Assert.IsEmpty(Guided(steps: 1, from: 0, to: 0.9f, start: 1));
    }

    private static int[] Guided(int steps, float from, float to, double start)
    {
        var options = new SamplingOptions { Steps = steps, GuidanceScale = 2, GuidanceIntervalStart = from, GuidanceIntervalEnd = to };
        var path = SamplingPath.Create(options, PredictionType.V, NoiseSchedules.Create(new DiffusionOptions { NoiseResolution = 32 }, 64, 64), start);
        return [.. path.Where(step => step.IsGuided).Select(step => step.Index)];
    }
}
