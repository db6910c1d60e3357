using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>What a sweep found.</summary>
public sealed class SweepResult
{
    private readonly MLContext _context;
    private readonly SweepPlan _plan;
    private readonly SweepStore _store;

    /// <exception cref="InvalidOperationException">No trial was trained to the end.</exception>
    internal SweepResult(MLContext context, SweepOptions options, SweepPlan plan, SweepStore store, Standings standings)
    {
        (_context, _plan, _store) = (context, plan, store);
        MetricName = options.Metric?.Name ?? TrainingOptions.ValidationLossName;
        HigherIsBetter = options.Metric?.HigherIsBetter ?? false;
        Trials = standings.Trials();
        var ranking = standings.Ranking();
        Best = ranking.FirstOrDefault(trial => trial.State == SweepTrialState.Completed)
            ?? throw new InvalidOperationException($"All {Trials.Count} trials of the sweep failed. The default: {Trials[0].Error ?? "was measured once, but its training failed later"}");
        Ranking = [.. ranking, .. Trials.Where(trial => trial.Measurements.Count == 0)];
    }

    /// <summary>All trials, by number; the first is the default.</summary>
    public IReadOnlyList<SweepTrial> Trials { get; }

    /// <summary>
    /// All trials, the best first: those trained longest before the others, then by metric; failed ones last. Only metrics after as many steps compare.
    /// </summary>
    public IReadOnlyList<SweepTrial> Ranking { get; }

    /// <summary>The best of the trials that were trained to the end. If it is the default, the default stands.</summary>
    public SweepTrial Best { get; }

    /// <summary>The trial with <see cref="SweepOptions.Base"/> unchanged. It is trained to the end in any case, so that it can be compared with the best.</summary>
    public SweepTrial Default => Trials[0];

    /// <summary>Name of the metric.</summary>
    public string MetricName { get; }

    /// <summary>Whether higher values of the metric are better.</summary>
    public bool HigherIsBetter { get; }

    /// <summary>A copy of the best trial's options, ready for <see cref="SimpleDiffusionCatalog.SimpleDiffusion(TransformsCatalog, SimpleDiffusionOptions)"/>.</summary>
    public SimpleDiffusionOptions BestOptions => _plan.OptionsOf(Best.Number);

    /// <summary>Reads the best trial's model from the folder of the sweep.</summary>
    /// <returns>The model. Dispose of it to free its weights.</returns>
    /// <exception cref="FileNotFoundException">The folder has been removed.</exception>
    /// <exception cref="FormatException">A file is damaged.</exception>
    public SimpleDiffusionTransformer LoadBest() => SimpleDiffusionTransformer.LoadFromSafetensors(_context, _store.ModelOf(Best.Number));

    /// <summary>
    /// The trials as data, by number: a column for each swept option, of its own type where that is a number or a Boolean and else as text, and
    /// <c>Trial</c>, <c>State</c>, <c>Steps</c>, <c>Metric</c> (NaN where there is none), <c>Seconds</c>, <c>Error</c>.
    /// </summary>
    public IDataView ToDataView() => SweepTable.ToDataView(Trials, _plan.Parameters);

    /// <summary>The trials as a Markdown table, the best first and the default marked, with the metric after each rung.</summary>
    public string ToMarkdown() => SweepTable.ToMarkdown(this, _plan.RungSteps);
}
