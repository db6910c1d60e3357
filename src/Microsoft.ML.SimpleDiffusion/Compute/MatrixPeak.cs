using System.Diagnostics;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Compute;

/// <summary>The speed of plain matrix products on a device: the yardstick for everything else that it computes.</summary>
internal static class MatrixPeak
{
    private const int CpuSide = 1024;
    private const int GpuSide = 8192;
    private const int Count = 3;

    /// <summary>Floating-point operations per second of the best of a few products; takes some 60 ms.</summary>
    public static double Measure(ComputeTarget target) => MeasureProducts(target, target.IsCuda ? GpuSide : CpuSide, Count).Max();

    /// <summary>Floating-point operations per second of several products, one after the other.</summary>
    /// <param name="target">Where and in which precision to compute.</param>
    /// <param name="side">Rows and columns of the factors.</param>
    /// <param name="count">Number of products, not counting one to warm up: in the first, libraries choose and prepare their kernels.</param>
    public static double[] MeasureProducts(ComputeTarget target, int side, int count)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var type = target.Precision == ComputePrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        var a = linspace(-1, 1, (long)side * side, device: target.Device).to(type).view(side, side);
        var b = -a;
        mm(a, b).Dispose();
        target.Synchronize();
        var flops = new double[count];
        for (int i = 0; i < count; i++)
        {
            var clock = Stopwatch.StartNew();
            mm(a, b).Dispose();
            target.Synchronize();
            flops[i] = 2.0 * side * side * side / clock.Elapsed.TotalSeconds;
        }

        return flops;
    }
}
