using Microsoft.ML.SimpleDiffusion.Diffusion;

namespace Microsoft.ML.SimpleDiffusion.Tests.Diffusion;

/// <summary>
/// Images of one normally distributed number with the deviation c: the best prediction is then x = alpha c² / (alpha² c² + sigma²) z, and every step a factor.
/// </summary>
[TestClass]
public class JumpTests
{
    private const double Deviation = 0.5;

    private static readonly INoiseSchedule Schedule = NoiseSchedules.Create(new DiffusionOptions { NoiseResolution = 64 }, 128, 128);

    [TestMethod]
    [DataRow(-9.0, 3.0)]
    [DataRow(0.0, 0.5)]
    [DataRow(4.0, double.PositiveInfinity)]
    public void Landing_is_the_step_of_ddim_and_velocity_its_inverse(double logSnr, double nextLogSnr)
    {
        const double z = 0.7, v = -1.3;
        var (alpha, sigma) = (VariancePreserving.Alpha(logSnr), VariancePreserving.Sigma(logSnr));
        var step = new DdimSampler(eta: 0).Step(logSnr, nextLogSnr);

        double landing = Of(Jump.Landing(logSnr, nextLogSnr), z, v);

        Assert.AreEqual((step.Z * z) + (step.X * ((alpha * z) - (sigma * v))), landing, 1e-12);
        Assert.AreEqual(v, Of(Jump.Velocity(logSnr, nextLogSnr), z, landing), 1e-12);
    }

    /// <summary>The target of progressive distillation (Salimans and Ho 2022, algorithm 2): two steps of DDIM from t to t'', as one.</summary>
    [TestMethod]
    [DataRow(-6.0, -5.0, -3.0)]
    [DataRow(2.0, 4.0, double.PositiveInfinity)]
    public void Velocity_of_two_steps_means_the_x_of_progressive_distillation(double logSnr, double middle, double end)
    {
        const double z = 0.4;
        double landing = Gain(middle, end) * Gain(logSnr, middle) * z;
        var (alpha, sigma) = (VariancePreserving.Alpha(logSnr), VariancePreserving.Sigma(logSnr));
        double ratio = VariancePreserving.Sigma(end) / sigma;
        double x = (landing - (ratio * z)) / (VariancePreserving.Alpha(end) - (ratio * alpha));

        Assert.AreEqual(x, (alpha * z) - (sigma * Of(Jump.Velocity(logSnr, end), z, landing)), 1e-12);
    }

    /// <summary>Deviations computed outside; the exact one is 0.5.</summary>
    [TestMethod]
    [DataRow(2, 0.117651, 0.423590)]
    [DataRow(4, 0.243086, 0.460501)]
    [DataRow(8, 0.355259, 0.479881)]
    public void Student_of_eight_steps_per_step_keeps_the_spread_that_few_steps_lose(int steps, double few, double student)
    {
        double start = Math.Sqrt(Square(VariancePreserving.Alpha(Schedule.LogSnr(1)) * Deviation) + Square(VariancePreserving.Sigma(Schedule.LogSnr(1))));

        Assert.AreEqual(few, start * Way(steps, stepsPerStep: 1), 1e-4);
        Assert.AreEqual(student, start * Way(steps, stepsPerStep: 8), 1e-4);
    }

    /// <summary>The factor of a student's whole way, whose v is what leads to where the teacher's steps arrive.</summary>
    private static double Way(int steps, int stepsPerStep)
    {
        double factor = 1;
        for (int place = steps; place > 0; place--)
        {
            double target = 1;
            for (int i = 0; i < stepsPerStep; i++)
            {
                target *= Gain(LogSnr((place * stepsPerStep) - i, steps * stepsPerStep), LogSnr((place * stepsPerStep) - i - 1, steps * stepsPerStep));
            }

            double from = LogSnr(place, steps), to = LogSnr(place - 1, steps);
            factor = Of(Jump.Landing(from, to), factor, Of(Jump.Velocity(from, to), factor, target * factor));
        }

        return factor;
    }

    private static double Gain(double logSnr, double nextLogSnr)
    {
        double alpha = VariancePreserving.Alpha(logSnr), sigma = VariancePreserving.Sigma(logSnr), variance = Square(Deviation);
        double v = (alpha * sigma * (1 - variance)) / (Square(alpha) * variance + Square(sigma));
        return Of(Jump.Landing(logSnr, nextLogSnr), 1, v);
    }

    private static double LogSnr(int place, int count) => place == 0 ? double.PositiveInfinity : Schedule.LogSnr((double)place / count);

    private static double Of(LinearCombination combination, double z, double prediction) => (combination.Z * z) + (combination.Prediction * prediction);

    private static double Square(double x) => x * x;
}
