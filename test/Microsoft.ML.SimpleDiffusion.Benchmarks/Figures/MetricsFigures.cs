using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Benchmarks.Workload;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;

/// <summary>Statistics and distances of as many features as the FID is usually measured on.</summary>
internal static class MetricsFigures
{
    /// <summary>Argument of the process that measures memory.</summary>
    public const string MemorySwitch = "--metrics-memory";

    private const int Dimension = 2048;
    private const int StatisticsRows = 50_000;
    private const int BallRows = 10_000;
    private const int Repetitions = 3;

    public static void Print()
    {
        LibTorch.EnsureLoaded();
        var context = new MLContext();
        Statistics(context);
        Balls(context);
        Summary.Line("precision-recall-10000x2048-peak-memory-over-features", double.Parse(OwnProcess.Run(MemorySwitch), CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// What the process of its own does: peak memory of the evaluation, over that of the features, which are held once by the source and once by the evaluation.
    /// </summary>
    public static void PrintMemory()
    {
        LibTorch.EnsureLoaded();
        var context = new MLContext();
        var (generated, reference) = BallViews(context);
        using var process = Process.GetCurrentProcess();
        process.Refresh();
        long before = process.WorkingSet64;
        Evaluate(context, generated, reference);
        process.Refresh();
        Console.WriteLine(((double)(process.PeakWorkingSet64 - before) / (2L * BallRows * Dimension * sizeof(float))).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>From a view to the statistics, over a float64 product of the same two factors, and the distance between two sets of statistics.</summary>
    private static void Statistics(MLContext context)
    {
        var view = SyntheticFeatures.Repeating(context, StatisticsRows, Dimension);
        double flops = 2.0 * StatisticsRows * Dimension * Dimension;
        ShareOfPeak.Measure(
            MatrixPeak.MeasureDoubleFlops, flops, () => context.ImageGeneration().MeasureFeatures(view).Dispose(), Repetitions).Print("frechet-statistics-50000x2048");
        using var statistics = context.ImageGeneration().MeasureFeatures(SyntheticFeatures.Distinct(context, 2 * Dimension, Dimension, seed: 1));
        using var others = context.ImageGeneration().MeasureFeatures(SyntheticFeatures.Distinct(context, 2 * Dimension, Dimension, seed: 2));
        Summary.Line("frechet-distance-2048-seconds", Enumerable.Range(0, Repetitions).Min(_ => Timing.Seconds(() => statistics.FrechetDistance(others))));
    }

    /// <summary>Distances within and between two sets, three products of features in all.</summary>
    private static void Balls(MLContext context)
    {
        var (generated, reference) = BallViews(context);
        ShareOfPeak.Measure(
            () => MatrixPeak.MeasureFlops(ComputePrecision.Float32),
            3 * 2.0 * BallRows * BallRows * Dimension,
            () => Evaluate(context, generated, reference),
            Repetitions).Print("precision-recall-10000x2048");
    }

    private static (IDataView Generated, IDataView Reference) BallViews(MLContext context)
        => (SyntheticFeatures.Distinct(context, BallRows, Dimension, seed: 1), SyntheticFeatures.Distinct(context, BallRows, Dimension, seed: 2));

    private static void Evaluate(MLContext context, IDataView generated, IDataView reference) => context.ImageGeneration().Evaluate(
        generated,
        reference,
        new ImageGenerationEvaluationOptions { Metrics = ImageGenerationMetricTypes.PrecisionAndRecall | ImageGenerationMetricTypes.DensityAndCoverage });
}
