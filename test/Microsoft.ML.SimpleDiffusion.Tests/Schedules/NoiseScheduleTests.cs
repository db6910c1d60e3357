using Microsoft.ML.SimpleDiffusion.Schedules;

namespace Microsoft.ML.SimpleDiffusion.Tests.Schedules;

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
