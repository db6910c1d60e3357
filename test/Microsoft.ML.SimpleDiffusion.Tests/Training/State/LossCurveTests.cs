using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.State;

[TestClass]
public class LossCurveTests
{
    [TestMethod]
    public void Short_run_has_a_point_for_each_step()
    {
        var curve = Curve(1, 499, step => step);

        CollectionAssert.AreEqual(Enumerable.Range(1, 499).Select(step => ((long)step, (double)step)).ToArray(), LossPoints.Of(curve.PointsUpTo(499)));
    }

    [TestMethod]
    [DataRow(500, 250, 2)]
    [DataRow(1_001, 251, 4)]
    [DataRow(123_456, 482 + 1, 256)]
    public void Long_run_is_thinned_to_the_means_of_equal_intervals(int steps, int points, int interval)
    {
        var curve = Curve(1, steps, step => step).PointsUpTo(steps);

        Assert.HasCount(points, curve);
        Assert.IsLessThanOrEqualTo(LossCurve.MaxPoints, curve.Count);
        for (int i = 0; i < curve.Count; i++)
        {
            // The mean of the whole numbers from the one after the point before up to this one.
            long end = Math.Min((i + 1) * interval, steps);
            Assert.AreEqual(end, curve[i].Step);
            Assert.AreEqual(((i * interval) + 1 + end) / 2.0, curve[i].Loss, 1e-9);
        }
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow(499)]
    [DataRow(750)]
    [DataRow(1_501)]
    public void Curve_that_is_stored_and_restored_goes_on_bit_for_bit(int pause)
    {
        var whole = Curve(1, 2_000, Irregular);
        var first = Curve(1, pause, Irregular);
        var second = new LossCurve();
        second.Restore(first.Points(), first.Open);
        Add(second, pause + 1, 2_000, Irregular);

        Assert.IsTrue(first.Open.IsValid);
        CollectionAssert.AreEqual(LossPoints.Of(whole.PointsUpTo(2_000)), LossPoints.Of(second.PointsUpTo(2_000)));
    }

    [TestMethod]
    public void Skipped_steps_are_in_no_mean()
    {
        var curve = Curve(1, 1_000, step => step % 7 < 3 ? null : 2);

        Assert.IsTrue(curve.PointsUpTo(1_000).All(point => point.Loss == 2));
        Assert.AreEqual(1_000, curve.PointsUpTo(1_000)[^1].Step);
        Assert.IsEmpty(Curve(1, 20, _ => null).PointsUpTo(20));
    }

    private static double? Irregular(long step) => step % 11 == 0 ? null : 1 / (double)step;

    private static LossCurve Curve(int first, int last, Func<long, double?> lossAt)
    {
        var curve = new LossCurve();
        Add(curve, first, last, lossAt);
        return curve;
    }

    private static void Add(LossCurve curve, int first, int last, Func<long, double?> lossAt)
    {
        for (int step = first; step <= last; step++)
        {
            curve.Add(step, lossAt(step));
        }
    }
}
