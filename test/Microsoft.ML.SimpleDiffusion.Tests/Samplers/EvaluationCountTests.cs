using Microsoft.ML.SimpleDiffusion.Diffusion;

namespace Microsoft.ML.SimpleDiffusion.Tests.Samplers;

[TestClass]
public class EvaluationCountTests
{
    [TestMethod]
    [DataRow(100, 1f, 100)]
    [DataRow(100, 0.6f, 60)]
    [DataRow(100, 0.55f, 55)]
    [DataRow(100, 0.3f, 30)]
    [DataRow(100, 0.601f, 61)]
    [DataRow(10_000, 0.7f, 7_000)]
    [DataRow(25, 0.001f, 1)]
    [DataRow(1, 1f, 1)]
    public void Strength_times_steps_is_rounded_up_and_no_further(int steps, float strength, int expected)
        => Assert.AreEqual(expected, SamplingPath.Evaluations(steps, strength));
}
