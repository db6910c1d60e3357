using System.Diagnostics;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks;

/// <summary>The machine's own matrix peak: the yardstick for everything else.</summary>
internal static class MatrixPeak
{
    private const int Side = 2048;
    private const int Repetitions = 8;

    /// <summary>Floating-point operations per second of the best of several 2048³ products in float32.</summary>
    public static double MeasureFlops()
    {
        using var guard = no_grad();
        using var a = randn(Side, Side);
        using var b = randn(Side, Side);
        double best = double.MaxValue;
        for (int i = 0; i < Repetitions; i++)
        {
            var clock = Stopwatch.StartNew();
            using var c = mm(a, b);
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }

        return 2.0 * Side * Side * Side / best;
    }
}
