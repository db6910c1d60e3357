using Microsoft.ML.SimpleDiffusion.Diffusion;

namespace Microsoft.ML.SimpleDiffusion.Tests.Diffusion;

[TestClass]
public class NormalDistributionTests
{
    // Numbers of Python's statistics.NormalDist().inv_cdf; those of 0.9 and 0.999 are in every table.
    [TestMethod]
    [DataRow(1e-300, -37.0470962993612)]
    [DataRow(1e-12, -7.034483825301132)]
    [DataRow(1e-4, -3.71901648545568)]
    [DataRow(0.02425, -1.9729610513118845)]
    [DataRow(0.1, -1.2815515655446008)]
    [DataRow(0.425, -0.1891184262727925)]
    [DataRow(0.5, 0.0)]
    [DataRow(0.9, 1.2815515655446008)]
    [DataRow(0.999, 3.090232306167813)]
    public void Quantile_is_that_of_the_tables(double probability, double expected) => Assert.AreEqual(expected, NormalDistribution.Quantile(probability), 1e-13 * Math.Max(1, -expected));

    [TestMethod]
    public void Quantile_is_infinite_at_the_ends()
        => Assert.AreEqual((double.NegativeInfinity, double.PositiveInfinity), (NormalDistribution.Quantile(0), NormalDistribution.Quantile(1)));

    [TestMethod]
    public void Quantile_rises_where_one_approximation_follows_another()
    {
        foreach (double seam in new[] { 0.075, 0.925, Math.Exp(-25) })
        {
            Assert.IsLessThan(NormalDistribution.Quantile(seam * (1 + 1e-9)), NormalDistribution.Quantile(seam * (1 - 1e-9)));
            Assert.AreEqual(NormalDistribution.Quantile(seam * (1 + 1e-12)), NormalDistribution.Quantile(seam * (1 - 1e-12)), 1e-10);
        }
    }
}
