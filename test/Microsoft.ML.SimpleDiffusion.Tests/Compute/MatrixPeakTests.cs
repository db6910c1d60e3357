using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests.Compute;

[TestClass]
public class MatrixPeakTests
{
    [TestMethod]
    [DataRow(ComputePrecision.Float32)]
    [DataRow(ComputePrecision.BFloat16)]
    public void Products_give_operations_per_second_and_leave_nothing_behind(ComputePrecision precision)
    {
        var target = new ComputeTarget(torch.CPU, precision);
        long before = LiveTensors.Settled();

        double[] flops = MatrixPeak.MeasureProducts(target, side: 128, count: 3);

        // Any CPU of the last twenty years does more than 10 MFLOP/s, and none does 1 PFLOP/s.
        Assert.HasCount(3, flops);
        Assert.IsTrue(flops.All(f => f is > 1e7 and < 1e15), string.Join(", ", flops));
        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void Random_numbers_of_libtorch_stay_as_they_were()
    {
        torch.manual_seed(5);
        using var expected = torch.rand(4);
        torch.manual_seed(5);

        _ = MatrixPeak.MeasureProducts(new ComputeTarget(torch.CPU, ComputePrecision.Float32), side: 16, count: 1);

        using var actual = torch.rand(4);
        CollectionAssert.AreEqual(expected.data<float>().ToArray(), actual.data<float>().ToArray());
    }
}
