using Microsoft.ML.SimpleDiffusion.Diffusion;

namespace Microsoft.ML.SimpleDiffusion.Tests.Diffusion;

[TestClass]
public class NoiseScheduleTests
{
    [TestMethod]
    public void Cosine_schedule_runs_from_its_maximum_over_zero_to_its_minimum()
    {
        var schedule = new CosineSchedule(-15, 15);

        Assert.AreEqual(15, schedule.LogSnr(0), 1e-9);
        Assert.AreEqual(0, schedule.LogSnr(0.5), 1e-9);
        Assert.AreEqual(-15, schedule.LogSnr(1), 1e-9);
    }

    [TestMethod]
    public void Wide_cosine_schedule_is_the_squared_cosine_of_nichol_and_dhariwal()
    {
        var schedule = new CosineSchedule(-40, 40);
        foreach (double t in new[] { 0.1, 0.3, 0.7, 0.9 })
        {
            Assert.AreEqual(Math.Cos(Math.PI * t / 2), VariancePreserving.Alpha(schedule.LogSnr(t)), 1e-6);
        }
    }

    [TestMethod]
    public void Shift_adds_twice_the_logarithm_of_the_ratio_of_resolutions_to_schedule_and_limits()
    {
        var options = new DiffusionOptions { Schedule = ScheduleType.ShiftedCosine, NoiseResolution = 64 };
        var schedule = NoiseSchedules.Create(options, 256, 256);
        double shift = 2 * Math.Log(0.25);

        Assert.AreEqual(shift, schedule.LogSnr(0.5), 1e-9);
        Assert.AreEqual(15 + shift, schedule.LogSnrMax, 1e-9);
        Assert.AreEqual(-15 + shift, schedule.LogSnrMin, 1e-9);
    }

    [TestMethod]
    public void Resolution_of_an_oblong_image_is_the_geometric_mean_of_its_sides()
    {
        var options = new DiffusionOptions { Schedule = ScheduleType.ShiftedCosine };

        Assert.AreEqual(NoiseSchedules.Create(options, 128, 128).LogSnr(0.3), NoiseSchedules.Create(options, 64, 256).LogSnr(0.3), 1e-12);
    }

    [TestMethod]
    public void Interpolated_schedule_has_the_low_resolution_at_the_noisy_end_and_a_wider_range()
    {
        // At 512 pixels with 32 -> 256 the range is [-20.5, 13.6] (design, section 4).
        var options = new DiffusionOptions { Schedule = ScheduleType.InterpolatedCosine, NoiseResolutionLow = 32, NoiseResolutionHigh = 256 };
        var schedule = NoiseSchedules.Create(options, 512, 512);

        Assert.AreEqual(-20.5, schedule.LogSnr(1), 0.05);
        Assert.AreEqual(13.6, schedule.LogSnr(0), 0.05);
        Assert.AreEqual(schedule.LogSnrMin, schedule.LogSnr(1), 1e-9);
        Assert.AreEqual(schedule.LogSnrMax, schedule.LogSnr(0), 1e-9);
    }

    // Worked out apart from the library from the listings of appendix A, with image_d the geometric mean of the sides.
    [TestMethod]
    [DataRow(ScheduleType.Cosine, 512, 512, 64, 0.1, 3.679740)]
    [DataRow(ScheduleType.Cosine, 64, 32, 64, 0.75, -1.761183)]
    [DataRow(ScheduleType.ShiftedCosine, 512, 512, 64, 0.0, 10.841117)]
    [DataRow(ScheduleType.ShiftedCosine, 512, 512, 64, 0.25, -2.397700)]
    [DataRow(ScheduleType.ShiftedCosine, 512, 512, 32, 0.9, -9.224918)]
    [DataRow(ScheduleType.ShiftedCosine, 384, 640, 48, 0.0, 10.330291)]
    [DataRow(ScheduleType.ShiftedCosine, 384, 640, 48, 0.1, -0.989968)]
    [DataRow(ScheduleType.ShiftedCosine, 640, 384, 48, 1.0, -19.669709)]
    [DataRow(ScheduleType.InterpolatedCosine, 512, 512, 64, 0.0, 13.613706)]
    [DataRow(ScheduleType.InterpolatedCosine, 512, 512, 64, 0.25, -0.664832)]
    [DataRow(ScheduleType.InterpolatedCosine, 512, 512, 64, 0.75, -6.266640)]
    [DataRow(ScheduleType.InterpolatedCosine, 512, 512, 64, 1.0, -20.545177)]
    [DataRow(ScheduleType.InterpolatedCosine, 384, 640, 64, 0.1, 1.942096)]
    public void Schedule_is_that_of_the_listing(ScheduleType type, int height, int width, int noiseResolution, double t, double expected)
    {
        var options = new DiffusionOptions { Schedule = type, NoiseResolution = noiseResolution, NoiseResolutionLow = 32, NoiseResolutionHigh = 256 };

        Assert.AreEqual(expected, NoiseSchedules.Create(options, height, width).LogSnr(t), 1e-6);
    }

    [TestMethod]
    [DataRow(ScheduleType.Cosine)]
    [DataRow(ScheduleType.ShiftedCosine)]
    [DataRow(ScheduleType.InterpolatedCosine)]
    public void Log_snr_falls_from_the_upper_limit_to_the_lower(ScheduleType type)
    {
        var schedule = NoiseSchedules.Create(new DiffusionOptions { Schedule = type, NoiseResolution = 100 }, 384, 640);

        Assert.AreEqual(schedule.LogSnrMax, schedule.LogSnr(0), 1e-9);
        Assert.AreEqual(schedule.LogSnrMin, schedule.LogSnr(1), 1e-9);
        for (int i = 1; i <= 1000; i++)
        {
            Assert.IsLessThan(schedule.LogSnr((i - 1) / 1000.0), schedule.LogSnr(i / 1000.0));
        }
    }

    [TestMethod]
    [DataRow(ScheduleType.Cosine)]
    [DataRow(ScheduleType.ShiftedCosine)]
    [DataRow(ScheduleType.InterpolatedCosine)]
    public void Slope_is_the_derivative_of_the_log_snr(ScheduleType type)
    {
        const double Step = 1e-6;
        var schedule = NoiseSchedules.Create(new DiffusionOptions { Schedule = type, NoiseResolution = 100 }, 384, 640);

        foreach (double t in new[] { 0.001, 0.01, 0.1, 0.25, 0.5, 0.6, 0.75, 0.9, 0.99, 0.999 })
        {
            double difference = (schedule.LogSnr(t + Step) - schedule.LogSnr(t - Step)) / (2 * Step);
            Assert.AreEqual(difference, schedule.Slope(t), 1e-5 * Math.Abs(difference));
        }

        Assert.IsTrue(double.IsFinite(schedule.Slope(0)) && schedule.Slope(0) < 0);
        Assert.IsTrue(double.IsFinite(schedule.Slope(1)) && schedule.Slope(1) < 0);
    }

    [TestMethod]
    [DataRow(ScheduleType.Cosine)]
    [DataRow(ScheduleType.ShiftedCosine)]
    [DataRow(ScheduleType.InterpolatedCosine)]
    public void Time_is_the_inverse_of_the_log_snr(ScheduleType type)
    {
        var schedule = NoiseSchedules.Create(new DiffusionOptions { Schedule = type, NoiseResolution = 100, LogSnrMin = -12, LogSnrMax = 14 }, 384, 640);
        for (int i = 0; i <= 1000; i++)
        {
            double t = i / 1000.0, logSnr = schedule.LogSnrMin + (t * (schedule.LogSnrMax - schedule.LogSnrMin));
            Assert.AreEqual(t, schedule.Time(schedule.LogSnr(t)), 1e-9);
            Assert.AreEqual(logSnr, schedule.LogSnr(schedule.Time(logSnr)), 1e-9);
        }

        Assert.AreEqual((0, 1), (schedule.Time(schedule.LogSnrMax + 1), schedule.Time(schedule.LogSnrMin - 1)));
        Assert.AreEqual((0, 1), (schedule.Time(double.PositiveInfinity), schedule.Time(double.NegativeInfinity)));
    }

    [TestMethod]
    [DataRow(-35.0)]
    [DataRow(-2.0)]
    [DataRow(0.0)]
    [DataRow(35.0)]
    public void Variance_is_preserved(double logSnr)
    {
        double alpha = VariancePreserving.Alpha(logSnr), sigma = VariancePreserving.Sigma(logSnr);

        Assert.AreEqual(1, (alpha * alpha) + (sigma * sigma), 1e-12);
        Assert.AreEqual(logSnr, 2 * Math.Log(alpha / sigma), 1e-9);
    }
}
