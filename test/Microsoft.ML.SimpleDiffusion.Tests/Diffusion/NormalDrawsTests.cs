using Microsoft.ML.SimpleDiffusion.Diffusion;

namespace Microsoft.ML.SimpleDiffusion.Tests.Diffusion;

[TestClass]
public class NormalDrawsTests
{
    private const int Count = 100_000;

    [TestMethod]
    [DataRow(ScheduleType.Cosine, 0.0, 1.8)]
    [DataRow(ScheduleType.ShiftedCosine, 0.0, 1.6)]
    [DataRow(ScheduleType.ShiftedCosine, -1.6, 2.0)]
    [DataRow(ScheduleType.InterpolatedCosine, 1.0, 1.8)]
    public void Draws_have_mean_and_deviation_and_the_skewness_and_kurtosis_of_a_normal_distribution(ScheduleType type, double mean, double deviation)
    {
        var options = new DiffusionOptions { Schedule = type, NoiseResolution = 32, LogSnrMean = mean, LogSnrDeviation = deviation };
        var schedule = NoiseSchedules.Create(options, 128, 128);
        double[] deviations = Array.ConvertAll(LogSnrs(options, schedule), logSnr => (logSnr - mean - schedule.LogSnr(0.5)) / deviation);

        Assert.AreEqual(0, deviations.Average(), 1e-9);
        Assert.AreEqual(1, deviations.Average(d => d * d), 1e-3);
        Assert.AreEqual(0, deviations.Average(d => d * d * d), 1e-6);
        Assert.AreEqual(3, deviations.Average(d => d * d * d * d), 1e-2);
    }

    [TestMethod]
    public void Mean_counts_from_the_shift_of_the_schedule()
    {
        var options = new DiffusionOptions { NoiseResolution = 32, LogSnrMean = -1 };
        var schedule = NoiseSchedules.Create(options, 128, 128);

        Assert.AreEqual(-1 - (2 * Math.Log(4)), schedule.LogSnr(new NormalDraws(options, schedule).Time(0.5)), 1e-9);
    }

    [TestMethod]
    public void Draws_of_the_schedule_itself_are_as_wide_as_the_documentation_says()
    {
        var schedule = NoiseSchedules.Create(new DiffusionOptions(), 64, 64);

        // Pi without limits; the limits take a hundredth of it.
        Assert.AreEqual(Math.PI, Math.Sqrt(Enumerable.Range(0, Count).Average(i => Math.Pow(schedule.LogSnr((i + 0.5) / Count), 2))), 0.05);
    }

    [TestMethod]
    public void Draws_beyond_the_limits_of_the_schedule_are_cut_off_there()
    {
        var options = new DiffusionOptions { Schedule = ScheduleType.Cosine, LogSnrDeviation = 20 };
        double[] drawn = LogSnrs(options, NoiseSchedules.Create(options, 64, 64));

        // A normal number lies 15/20 of a deviation above its mean with a probability of 0.2266.
        Assert.AreEqual(15, drawn.Max(), 1e-9);
        Assert.AreEqual(-15, drawn.Min(), 1e-9);
        Assert.AreEqual(0.2266, drawn.Count(logSnr => logSnr > 15 - 1e-9) / (double)Count, 1e-4);
        Assert.AreEqual(0.2266, drawn.Count(logSnr => logSnr < -15 + 1e-9) / (double)Count, 1e-4);
    }

    [TestMethod]
    public void First_and_last_place_are_the_limits()
    {
        var options = new DiffusionOptions { Schedule = ScheduleType.InterpolatedCosine };
        var draws = new NormalDraws(options, NoiseSchedules.Create(options, 64, 64));

        Assert.AreEqual((0, 1), (draws.Time(0), draws.Time(1)));
    }

    [TestMethod]
    [DataRow(ScheduleType.Cosine)]
    [DataRow(ScheduleType.ShiftedCosine)]
    [DataRow(ScheduleType.InterpolatedCosine)]
    public void Sigmoid_loss_counts_each_noise_level_as_it_does_at_uniform_times(ScheduleType type)
    {
        const double From = -2.5, To = 0.5, Bias = -1, Mean = -1;
        var options = new DiffusionOptions { Schedule = type, NoiseResolution = 32, Prediction = PredictionType.Epsilon, Loss = LossType.Sigmoid, SigmoidLossBias = (float)Bias };
        var schedule = NoiseSchedules.Create(options, 128, 128);
        options.LogSnrMean = Mean - schedule.LogSnr(0.5);
        var draws = new NormalDraws(options, schedule);
        double sum = 0;
        for (int i = 0; i < Count; i++)
        {
            double t = draws.Time((i + 0.5) / Count), logSnr = schedule.LogSnr(t);
            if (logSnr is >= From and <= To)
            {
                sum += LossWeight.Of(options, logSnr, draws.Slope(t)) * Math.Exp(logSnr) / Count;
            }
        }

        // Of an error in x that is one everywhere: half the integral of e^b sigmoid(l - b) over l, as under the schedules' own draws.
        double expected = 0.5 * Math.Exp(Bias) * (Math.Log(1 + Math.Exp(To - Bias)) - Math.Log(1 + Math.Exp(From - Bias)));
        Assert.AreEqual(expected, sum, 1e-3 * expected);
    }

    [TestMethod]
    public void Sigmoid_loss_counts_no_image_more_than_it_would_at_uniform_times()
    {
        var options = new DiffusionOptions { LogSnrMean = -1 };
        var schedule = NoiseSchedules.Create(options, 128, 128);
        var draws = new NormalDraws(options, schedule);
        for (int i = 0; i <= 1000; i++)
        {
            Assert.IsGreaterThanOrEqualTo(schedule.Slope(i / 1000.0), draws.Slope(i / 1000.0));
            Assert.IsLessThan(0, draws.Slope(i / 1000.0));
        }

        Assert.AreEqual(schedule.Slope(0), draws.Slope(0));
        Assert.AreEqual(schedule.Slope(1), draws.Slope(1));
        Assert.AreEqual(-1.8 * Math.Sqrt(2 * Math.PI), draws.Slope(draws.Time(0.5)), 1e-9);
    }

    private static double[] LogSnrs(DiffusionOptions options, INoiseSchedule schedule)
    {
        var draws = new NormalDraws(options, schedule);
        return [.. Enumerable.Range(0, Count).Select(i => schedule.LogSnr(draws.Time((i + 0.5) / Count)))];
    }
}
