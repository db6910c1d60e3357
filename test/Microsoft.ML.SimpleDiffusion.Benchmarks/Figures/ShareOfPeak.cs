using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;

/// <summary>
/// Achieved operations per second over those of a matrix product in the same precision. Work and products take turns, so that both see the same machine; a
/// product is over in a tenth of a second, a step takes seconds, so that on a shared machine the best product meets a better moment than the best step
/// can: hence the medians beside the bests.
/// </summary>
/// <param name="Best">Best over best.</param>
/// <param name="Median">Median over median.</param>
internal readonly record struct ShareOfPeak(double Best, double Median)
{
    private const int Repetitions = 6;

    /// <param name="precision">Precision of the products.</param>
    /// <param name="flops">Operations of the work.</param>
    /// <param name="work">The work.</param>
    public static ShareOfPeak Measure(ComputePrecision precision, double flops, Action work)
        => Measure(() => MatrixPeak.MeasureFlops(precision), flops, work, Repetitions);

    /// <param name="measureProducts">Measures the operations per second of some products.</param>
    /// <param name="flops">Operations of the work.</param>
    /// <param name="work">The work.</param>
    /// <param name="repetitions">Turns.</param>
    public static ShareOfPeak Measure(Func<double[]> measureProducts, double flops, Action work, int repetitions)
    {
        var products = new List<double>();
        var (_, seconds) = Timing.SecondsInTurns(() => products.AddRange(measureProducts()), work, repetitions);
        return new ShareOfPeak(flops / seconds.Min() / products.Max(), flops / Timing.Median(seconds) / Timing.Median(products));
    }

    public void Print(string name)
    {
        Summary.Line($"{name}-share-of-peak", Best);
        Summary.Line($"{name}-share-of-median-product", Median);
    }
}
