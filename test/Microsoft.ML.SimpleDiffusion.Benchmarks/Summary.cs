using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;
using Microsoft.ML.SimpleDiffusion.Compute;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks;

/// <summary>The figures that the project promises, each a ratio of two things measured in the same run, one line each.</summary>
internal static class Summary
{
    private static readonly (string Name, Action Print)[] Groups =
    [
        ("training", TrainingFigures.Print),
        ("muon", TrainingFigures.PrintMuon),
        ("text", TextFigures.Print),
        ("sampling", SamplingFigures.Print),
        ("onnx", OnnxFigures.Print),
        ("data", DataFigures.Print),
        ("memory", MemoryFigures.Print),
        ("metrics", MetricsFigures.Print),
    ];

    /// <summary>Whether the CPU has bfloat16 products; without them they are slower than float32 and nobody would use them.</summary>
    public static bool HasBFloat16 => ComputeTarget.Resolve(new ComputeOptions { Device = ComputeDevice.Cpu }).Precision == ComputePrecision.BFloat16;

    /// <param name="names">Groups to print; none means all.</param>
    public static void Print(IReadOnlyCollection<string> names)
    {
        foreach (var (name, print) in Groups.Where(group => names.Count == 0 || names.Contains(group.Name)))
        {
            print();
        }
    }

    public static void Line(string name, double ratio) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {ratio:F3}"));
}
