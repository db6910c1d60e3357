using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks;

/// <summary>The machine's own matrix peak: the yardstick for everything else.</summary>
internal static class MatrixPeak
{
    private const int Side = 2048;
    private const int Repetitions = 4;

    /// <summary>Floating-point operations per second of several 2048³ products, one after the other.</summary>
    public static double[] MeasureFlops(ComputePrecision precision)
        => Compute.MatrixPeak.MeasureProducts(new ComputeTarget(CPU, precision), Side, Repetitions);

    /// <summary>The same in float64, in which statistics are gathered.</summary>
    public static double[] MeasureDoubleFlops()
    {
        using var scope = NewDisposeScope();
        Tensor a = rand(Side, Side, dtype: ScalarType.Float64), b = rand(Side, Side, dtype: ScalarType.Float64);
        return Enumerable.Range(0, Repetitions).Select(_ => 2.0 * Side * Side * Side / Timing.Seconds(() => mm(a, b).Dispose())).ToArray();
    }
}
