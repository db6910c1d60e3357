using Microsoft.ML.SimpleDiffusion.Diffusion;

namespace Microsoft.ML.SimpleDiffusion.Tests.Diffusion;

/// <summary>Where the plain formula would lose all digits or overflow. Values by series: exp(-d) = 1 - d + d²/2 - …, log(1 + e) = e - e²/2 + ….</summary>
[TestClass]
public class SmallNumbersTests
{
    [TestMethod]
    public void Logarithm_of_the_sigmoid_is_finite_and_exact_at_both_ends()
    {
        Assert.AreEqual(-1000, VariancePreserving.LogSigmoid(-1000), 0);
        Assert.AreEqual(0, VariancePreserving.LogSigmoid(1000), 0);
        Assert.AreEqual(-40, VariancePreserving.LogSigmoid(-40), 0);
        Assert.AreEqual(-Math.Exp(-30), VariancePreserving.LogSigmoid(30), 1e-15);
        Assert.AreEqual(-Math.Log(2), VariancePreserving.LogSigmoid(0), 1e-15);
    }

    [TestMethod]
    [DataRow(1e-12)]
    [DataRow(1e-7)]
    [DataRow(9e-6)]
    [DataRow(1.1e-5)]
    public void Noise_of_a_tiny_step_is_its_length_to_all_digits(double d)
    {
        // From l to l + d: variance (1 - e^-d) sigmoid(-l), with the whole interpolation.
        var step = new DdpmSampler(noiseInterpolation: 1).Step(logSnr: 0, nextLogSnr: d)!;

        double expected = Math.Sqrt((d - (d * d / 2) + (d * d * d / 6)) / 2);
        Assert.AreEqual(expected, step.Noise, 1e-10 * expected);
    }
}
