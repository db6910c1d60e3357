using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training;

/// <summary>Against closed forms and numbers of Karras et al. 2024.</summary>
[TestClass]
public class PowerFunctionProfileTests
{
    /// <summary>The paper's table of exponents.</summary>
    [TestMethod]
    [DataRow(0.05, 16.97)]
    [DataRow(0.10, 6.94)]
    [DataRow(0.15, 3.56)]
    [DataRow(0.20, 1.83)]
    public void Exponent_of_a_width_is_the_papers(double width, double gamma)
        => Assert.AreEqual(gamma, PowerFunctionProfile.Of(width, 1).Gamma, 0.005);

    [TestMethod]
    public void All_steps_count_alike_in_the_widest()
    {
        Assert.AreEqual(1 / Math.Sqrt(12), PowerFunctionProfile.LargestWidth, 1e-12);
        Assert.AreEqual(0, PowerFunctionProfile.Of(PowerFunctionProfile.LargestWidth, 1).Gamma, 1e-6);
    }

    [TestMethod]
    [DataRow(0.02)]
    [DataRow(0.1)]
    [DataRow(0.25)]
    public void Width_is_the_standard_deviation_of_the_steps_that_are_averaged(double width)
    {
        const int steps = 20_000;
        double[] weights = Weights(width, steps);

        double mean = weights.Select((weight, i) => weight * (i + 1)).Sum();
        double variance = weights.Select((weight, i) => weight * Math.Pow(i + 1 - mean, 2)).Sum();

        Assert.AreEqual(1, weights.Sum(), 1e-9);
        Assert.AreEqual(width, Math.Sqrt(variance) / steps, 1e-3 * width + (1.0 / steps));
    }

    [TestMethod]
    [DataRow(0.05, 1000, 0.05, 1000)]
    [DataRow(0.05, 700, 0.1, 1000)]
    [DataRow(0.1, 1000, 0.05, 300)]
    [DataRow(0.2, 1000, 0.05, 1000)]
    public void Product_is_the_integral_over_time(double firstWidth, long firstStep, double secondWidth, long secondStep)
    {
        PowerFunctionProfile first = PowerFunctionProfile.Of(firstWidth, firstStep), second = PowerFunctionProfile.Of(secondWidth, secondStep);
        const int pieces = 400_000;
        double end = Math.Min(firstStep, secondStep), width = end / pieces;

        double integral = Enumerable.Range(0, pieces).Sum(i => Density(first, (i + 0.5) * width) * Density(second, (i + 0.5) * width) * width);

        Assert.AreEqual(integral, PowerFunctionProfile.Product(first, second), 1e-6 * integral);
        Assert.AreEqual(PowerFunctionProfile.Product(first, second), PowerFunctionProfile.Product(second, first), 1e-15);

        static double Density(PowerFunctionProfile profile, double time) => (profile.Gamma + 1) * Math.Pow(time / profile.Step, profile.Gamma) / profile.Step;
    }

    [TestMethod]
    public void Average_that_was_kept_is_itself()
    {
        PowerFunctionProfile[] kept = Kept(steps: 1000, snapshots: 5);

        double[] coefficients = PowerFunctionProfile.Coefficients(kept, kept[^1]);

        Assert.AreEqual(1, coefficients[^1], 1e-6);
        Assert.IsTrue(coefficients[..^1].All(coefficient => Math.Abs(coefficient) < 1e-6));
    }

    /// <summary>Weights that drift and swing, as those of a training do.</summary>
    [TestMethod]
    [DataRow(0.03, 0.02)]
    [DataRow(0.07, 0.01)]
    [DataRow(0.15, 0.01)]
    [DataRow(0.22, 0.02)]
    public void Average_of_any_width_comes_of_a_few_that_were_kept(double width, double tolerance)
    {
        const int steps = 2000, snapshots = 20;
        double[] weights = [.. Enumerable.Range(1, steps).Select(step => Math.Sqrt(step / (double)steps) + (0.2 * Math.Sin(step / 37.0)))];
        var kept = Kept(steps, snapshots);

        double[] coefficients = PowerFunctionProfile.Coefficients(kept, PowerFunctionProfile.Of(width, steps));
        double synthesized = kept.Zip(coefficients).Sum(pair => pair.Second * Average(pair.First, weights));

        Assert.AreEqual(Average(PowerFunctionProfile.Of(width, steps), weights), synthesized, tolerance);
    }

    private static PowerFunctionProfile[] Kept(int steps, int snapshots) =>
    [
        .. Enumerable.Range(1, snapshots).SelectMany(i => new[] { 0.05, 0.10 }.Select(width => PowerFunctionProfile.Of(width, steps * i / snapshots))),
    ];

    /// <summary>As the training makes it, one step after the other.</summary>
    private static double Average(PowerFunctionProfile profile, double[] weights)
    {
        double average = 0;
        for (int step = 1; step <= profile.Step; step++)
        {
            double decay = (profile with { Step = step }).Decay;
            average = (decay * average) + ((1 - decay) * weights[step - 1]);
        }

        return average;
    }

    private static double[] Weights(double width, int steps)
    {
        var profile = PowerFunctionProfile.Of(width, 1);
        double[] weights = [.. Enumerable.Range(1, steps).Select(step => 1 - (profile with { Step = step }).Decay)];

        // What each step leaves of those before it, from the last to the first.
        double left = 1;
        for (int step = steps; step >= 1; step--)
        {
            double share = weights[step - 1];
            weights[step - 1] = share * left;
            left *= 1 - share;
        }

        return weights;
    }
}
