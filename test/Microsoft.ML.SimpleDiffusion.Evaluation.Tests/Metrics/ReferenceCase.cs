using System.Text.Json;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Metrics;

/// <summary>
/// Features, and what toshas/torch-fidelity 5e211a9 (Fréchet and kernel distance) and clovaai/generative-evaluation-prdc e320c1d (the rest) make of them.
/// </summary>
internal sealed record ReferenceCase(
    double[][] Real, double[][] Generated, double Frechet, double Kernel, double Precision, double Recall, double Density, double Coverage)
{
    public static IReadOnlyList<ReferenceCase> Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedFolder.Require("reference/fid_kid_prdc.json")));
        return document.RootElement.GetProperty("cases").EnumerateArray().Select(Read).ToList();
    }

    private static ReferenceCase Read(JsonElement example)
    {
        var balls = example.GetProperty("prdc_k5");
        return new ReferenceCase(
            Matrix(example.GetProperty("features_real")),
            Matrix(example.GetProperty("features_fake")),
            example.GetProperty("fid").GetDouble(),
            example.GetProperty("kid_unbiased_full").GetDouble(),
            balls.GetProperty("precision").GetDouble(),
            balls.GetProperty("recall").GetDouble(),
            balls.GetProperty("density").GetDouble(),
            balls.GetProperty("coverage").GetDouble());
    }

    private static double[][] Matrix(JsonElement rows)
        => rows.EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.GetDouble()).ToArray()).ToArray();
}
