using System.Diagnostics;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks;

/// <summary>The machine's own matrix peak: the yardstick for everything else.</summary>
internal static class MatrixPeak
{
    private const int Side = 2048;
    private const int Repetitions = 4;

    /// <summary>Floating-point operations per second of several 2048³ products in float32, one after the other.</summary>
    public static double[] MeasureFlops()
    {
        using var guard = no_grad();
        using var a = randn(Side, Side);
        using var b = randn(Side, Side);
        var flops = new double[Repetitions];
        for (int i = 0; i < Repetitions; i++)
        {
            var clock = Stopwatch.StartNew();
            using var c = mm(a, b);
            flops[i] = 2.0 * Side * Side * Side / clock.Elapsed.TotalSeconds;
        }

        return flops;
    }
}
