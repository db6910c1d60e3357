using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Observers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Observers;

[TestClass]
public class SpeedReferenceTests
{
    private readonly FakeTime _time = new();
    private readonly Queue<double> _speeds = new();
    private int _count;

    [TestMethod]
    public void Peak_that_was_measured_at_a_bad_moment_is_corrected_and_steps_are_never_above_it()
    {
        var reference = Reference(50, 110);

        Assert.AreEqual(0.5, reference.ShareOfPeak(25, TimeSpan.FromSeconds(1)));
        Assert.AreEqual(1, reference.ShareOfPeak(99, TimeSpan.FromSeconds(1)));
        Assert.AreEqual(1, _count);
        Assert.AreEqual(0.9, reference.ShareOfPeak(99, TimeSpan.FromSeconds(60)), 1e-12);
        Assert.AreEqual(2, _count);
    }

    [TestMethod]
    public void Slower_measurement_changes_nothing()
    {
        var reference = Reference(100, 10);

        Assert.AreEqual(0.5, reference.ShareOfPeak(50, TimeSpan.FromHours(1)));
        Assert.AreEqual(100, reference.PeakFlops);
        Assert.AreEqual(2, _count);
    }

    [TestMethod]
    public void Measuring_takes_less_than_a_thousandth_of_the_time()
    {
        var reference = Reference([.. Enumerable.Repeat(10.0, 1000)]);

        // Steps that beat the products at each report of an hour, then steps that do not.
        for (int second = 1; second <= 3600; second++)
        {
            _ = reference.ShareOfPeak(20, TimeSpan.FromSeconds(second));
            Assert.IsLessThanOrEqualTo(0.001 * second, (_count - 1) * 0.06);
        }

        Assert.AreEqual(60, _count - 1);
        for (int second = 3601; second <= 14400; second++)
        {
            _ = reference.ShareOfPeak(5, TimeSpan.FromSeconds(second));
        }

        Assert.AreEqual(120, _count - 1);
    }

    [TestMethod]
    public void Device_without_room_for_products_is_not_asked_again()
    {
        var reference = new SpeedReference(Target, () => ++_count == 1 ? 10 : throw new NativeException("CUDA out of memory"), _time);

        Assert.AreEqual(0.5, reference.ShareOfPeak(5, TimeSpan.FromHours(1)));
        Assert.AreEqual(0.5, reference.ShareOfPeak(5, TimeSpan.FromHours(2)));
        Assert.AreEqual(2, _count);
    }

    private static ComputeTarget Target => new(CPU, ComputePrecision.Float32);

    private SpeedReference Reference(params double[] speeds)
    {
        Array.ForEach(speeds, _speeds.Enqueue);
        return new SpeedReference(Target, Measure, _time);

        double Measure()
        {
            _time.Now += TimeSpan.FromMilliseconds(60);
            _count++;
            return _speeds.Dequeue();
        }
    }
}
