using Microsoft.ML.SimpleDiffusion.Training.Observers;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Observers;

[TestClass]
public class EvaluationMonitorTests
{
    [TestMethod]
    [DataRow(false, new[] { 3, 2, 2.5, 1, 1 }, new[] { true, true, false, true, false }, DisplayName = "lower is better")]
    [DataRow(true, new[] { 3, 2, 3.5, 1, 3.5 }, new[] { true, false, true, false, false }, DisplayName = "higher is better")]
    [DataRow(false, new[] { double.NaN, 2, double.NegativeInfinity, double.NaN, 1 }, new[] { false, true, false, false, true }, DisplayName = "what is not finite is worse")]
    [DataRow(true, new[] { double.PositiveInfinity, 1 }, new[] { false, true }, DisplayName = "on either side")]
    public void Value_is_best_if_it_is_better_than_all_before(bool higherIsBetter, double[] values, bool[] expected)
    {
        var monitor = new EvaluationMonitor(higherIsBetter, patience: null);

        bool[] actual = values.Select((value, step) => Add(monitor, step, value)).ToArray();

        CollectionAssert.AreEqual(expected, actual);
        Assert.AreEqual(Array.LastIndexOf(expected, true), monitor.BestStep);
        Assert.IsFalse(monitor.HasLostPatience);
    }

    [TestMethod]
    public void Patience_is_lost_after_so_many_evaluations_in_a_row_without_a_better_value()
    {
        var monitor = new EvaluationMonitor(higherIsBetter: false, patience: 2);
        bool[] lost = new double[] { 5, 6, 4, 4, double.NaN }.Select((value, step) =>
        {
            Add(monitor, step, value);
            return monitor.HasLostPatience;
        }).ToArray();

        CollectionAssert.AreEqual(new[] { false, false, false, false, true }, lost);
    }

    [TestMethod]
    public void Forgetting_makes_the_next_value_the_best()
    {
        var monitor = new EvaluationMonitor(higherIsBetter: false, patience: 1);
        Add(monitor, 0, 1);
        Add(monitor, 1, 2);

        monitor.Forget();

        Assert.IsNull(monitor.BestStep);
        Assert.IsFalse(monitor.HasLostPatience);
        Assert.IsTrue(Add(monitor, 2, 9));
    }

    private static bool Add(EvaluationMonitor monitor, long step, double value)
    {
        bool isBest = monitor.IsBetter(value);
        monitor.Add(step, value, isBest);
        return isBest;
    }
}
