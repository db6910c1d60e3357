using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.SimpleDiffusion.Evaluation;

namespace SweepSample;

/// <summary>
/// Trains the best trial and the default again with seeds that the sweep has not seen. The best of many trials with one seed is partly the luckiest; with
/// other seeds there is no luck left to choose.
/// </summary>
/// <param name="settings">What the command line says.</param>
/// <param name="sweep">Does a sweep in a folder, from options, after changing its own.</param>
internal sealed class SeedComparison(Settings settings, Func<string, SimpleDiffusionOptions, Action<SweepOptions>, SweepResult> sweep)
{
    /// <returns>The metric of each seed, or null if the default stands or no seeds are asked for.</returns>
    public (IReadOnlyList<double> Default, IReadOnlyList<double> Best)? Train(SweepResult result)
        => settings.Seeds == 0 || result.Best.IsDefault ? null : (Train("seeds-default", settings.ToOptions()), Train("seeds-best", result.BestOptions));

    /// <summary>A sweep over nothing but the seed.</summary>
    private List<double> Train(string folder, SimpleDiffusionOptions options)
    {
        int first = options.Seed!.Value + 1;
        options.Seed = first;
        var result = sweep(folder, options, changed =>
        {
            changed.Strategy = SweepStrategy.Grid;
            changed.Parameters = [SweepParameter.Choice("Seed", [.. Enumerable.Range(first, settings.Seeds).Cast<object>()])];
        });
        return [.. result.Trials.Where(trial => trial.Metric is not null).Select(trial => trial.Metric!.Value)];
    }
}
