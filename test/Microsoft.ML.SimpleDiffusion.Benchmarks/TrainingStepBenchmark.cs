using BenchmarkDotNet.Attributes;
using Microsoft.ML.SimpleDiffusion.TestSupport.Workload;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks;

/// <summary>A training step, and the matrix product that it is measured against.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet disposes through GlobalCleanup.")]
public class TrainingStepBenchmark
{
    private TrainingWorkload _workload = null!;

    [GlobalSetup]
    public void Setup() => _workload = new TrainingWorkload(Workloads.Benchmark());

    [GlobalCleanup]
    public void Cleanup() => _workload.Dispose();

    [Benchmark]
    public void TrainingStep() => _workload.Step();

    [Benchmark(Baseline = true)]
    public double[] MatrixProducts() => MatrixPeak.MeasureFlops(ComputePrecision.Float32);
}
