using Microsoft.ML.SimpleDiffusion.Evaluation;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Seeds;

/// <summary>
/// Trains models again with seeds that they have not seen. The best of many trials of a sweep with one seed is partly the luckiest; with other seeds there is no
/// luck left to choose.
/// </summary>
/// <param name="context">ML.NET.</param>
/// <param name="training">Training pictures.</param>
/// <param name="validation">Held-out pictures.</param>
/// <param name="metric">What is compared.</param>
/// <param name="folder">Where the trainings go; what is finished there is not done again.</param>
internal sealed class SeedComparison(MLContext context, IDataView training, IDataView validation, IValidationMetric metric, string folder)
{
    /// <summary>A table in Markdown with the metric of each model and seed.</summary>
    /// <param name="models">A name and the options of each model.</param>
    /// <param name="seeds">How many seeds to train each with.</param>
    /// <param name="cancellationToken">Ends the comparison; the same one goes on from there.</param>
    public string Compare(IReadOnlyList<(string Name, SimpleDiffusionOptions Options)> models, int seeds, CancellationToken cancellationToken)
    {
        var rows = models.Select(model => (model.Name, Values: Train(model.Name, model.Options, seeds, cancellationToken))).ToList();
        return string.Join(
            '\n',
            [
                Invariant($"| options | {string.Join(" | ", Enumerable.Range(1, seeds).Select(i => $"seed {i}"))} | mean |"),
                Invariant($"| --- | {string.Join(" | ", Enumerable.Repeat("---:", seeds))} | ---: |"),
                .. rows.Select(row => Invariant($"| {row.Name} | {string.Join(" | ", row.Values.Select(value => Invariant($"{value:G4}")))} | {row.Values.DefaultIfEmpty(double.NaN).Average():G4} |")),
                string.Empty,
            ]);
    }

    /// <summary>A sweep over nothing but the seed.</summary>
    private List<double> Train(string name, SimpleDiffusionOptions options, int seeds, CancellationToken cancellationToken)
    {
        int first = (options.Seed ?? 0) + 1;
        options.Seed = first;
        var result = context.ImageGeneration().Sweep(training, validation, new SweepOptions
        {
            Base = options,
            Metric = metric,
            Directory = Path.Combine(folder, name),
            Strategy = SweepStrategy.Grid,
            Parameters = [SweepParameter.Choice("Seed", [.. Enumerable.Range(first, seeds).Cast<object>()])],
            CancellationToken = cancellationToken,
        });
        return [.. result.Trials.Where(trial => trial.Metric is not null).Select(trial => trial.Metric!.Value)];
    }
}
