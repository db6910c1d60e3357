using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>Generates the same pictures from one trained model with several samplers, and measures them by the classifier.</summary>
/// <param name="model">A class-conditional model saved by ML.NET.</param>
/// <param name="images">Pictures of its classes, a folder per class.</param>
/// <param name="samples">Pictures to generate with each sampler.</param>
/// <param name="log">Is told how it goes.</param>
/// <param name="cancellationToken">Ends the comparison.</param>
internal sealed class SamplerComparison(FileInfo model, DirectoryInfo images, int samples, Action<string> log, CancellationToken cancellationToken)
{
    /// <summary>The first is what the others are compared with.</summary>
    private static readonly (string Name, SamplerType Sampler, int Steps)[] Samplers =
    [
        ("DDPM", SamplerType.Ddpm, 250),
        ("DDPM", SamplerType.Ddpm, 20),
        ("DDIM", SamplerType.Ddim, 20),
        ("DPM-Solver++ 2M", SamplerType.DpmSolverPlusPlus2M, 10),
        ("DPM-Solver++ 2M", SamplerType.DpmSolverPlusPlus2M, 20),
        ("DPM-Solver++ 2M", SamplerType.DpmSolverPlusPlus2M, 50),
    ];

    /// <summary>A Markdown table of the samplers.</summary>
    public string Measure()
    {
        using var measurement = new ModelMeasurement(model, images, samples, log, cancellationToken);
        var rows = Samplers.Select(sampler => Row(measurement, sampler)).ToList();
        return string.Join(
            '\n',
            [
                "| sampler | steps | classifier distance | right class | time over the first |",
                "| --- | --- | --- | --- | --- |",
                .. rows.Select(row => Invariant($"| {row.Name} | {row.Steps} | {row.Distance:F2} | {row.Agreement:P0} | {row.Seconds / rows[0].Seconds:F2} |")),
                Invariant($"| *real pictures, unseen by the classifier* | | {measurement.Baseline.Floor:F2} | {measurement.Baseline.Agreement:P0} | |"),
                Invariant($"| *noise* | | {measurement.Baseline.Ceiling:F2} | | |"),
                string.Empty,
            ]);
    }

    private (string Name, int Steps, double Distance, double Agreement, double Seconds) Row(
        ModelMeasurement measurement, (string Name, SamplerType Sampler, int Steps) sampler)
    {
        var sampling = measurement.Model.Options.Sampling;
        (sampling.Sampler, sampling.Steps) = (sampler.Sampler, sampler.Steps);
        using var transformer = measurement.Model.WithSampling(sampling);
        var ((distance, agreement, _, _), seconds) = measurement.Measure(transformer);
        log(Invariant($"{sampler.Name}, {sampler.Steps} steps: classifier distance {distance:F2}, {agreement:P0} of the right class"));
        return (sampler.Name, sampler.Steps, distance, agreement, seconds);
    }
}
