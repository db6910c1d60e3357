using Microsoft.ML.SimpleDiffusion.Randomness;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>The trials of a sweep and how long each may train: a pure function of the sweep's options, so that every process has the same.</summary>
internal sealed class SweepPlan
{
    public const int MaxTrials = 10_000;

    /// <summary>Draws in a row without a new combination, after which there are taken to be no more.</summary>
    private const int MaxRepetitions = 1_000;

    private readonly SimpleDiffusionOptions _base;

    private SweepPlan(SimpleDiffusionOptions baseOptions, IReadOnlyList<SweptOption> parameters, IReadOnlyList<PlannedTrial> trials, IReadOnlyList<int> rungSteps, int halvingFactor)
    {
        _base = baseOptions;
        Parameters = parameters;
        Trials = trials;
        RungSteps = rungSteps;
        HalvingFactor = halvingFactor;
    }

    /// <summary>The options that are swept.</summary>
    public IReadOnlyList<SweptOption> Parameters { get; }

    /// <summary>The trials, by number. The first is the default, no two are the same.</summary>
    public IReadOnlyList<PlannedTrial> Trials { get; }

    /// <summary>Steps at the end of each rung.</summary>
    public IReadOnlyList<int> RungSteps { get; }

    public int HalvingFactor { get; }

    /// <param name="options">Options that <see cref="SweepValidator"/> has checked.</param>
    /// <exception cref="ArgumentOutOfRangeException">What is to be swept makes no sense, or there are too many combinations.</exception>
    public static SweepPlan Create(SweepOptions options)
    {
        var parameters = OptionSpace.Resolve(options);
        var start = options.Base.Clone();
        start.Seed ??= options.Seed;
        start.Training.Steps = options.Steps ?? start.Training.Steps;
        var standard = new PlannedTrial(0, [.. parameters.Select(parameter => parameter.Path.Get(start))]);
        PlannedTrial[] trials = [standard, .. options.Strategy == SweepStrategy.Grid ? Grid(standard, parameters, options.GridPoints) : Draws(standard, parameters, options)];
        var rungSteps = options.Strategy == SweepStrategy.SuccessiveHalving
            ? HalvingSchedule.RungSteps(start.Training.Steps, options.FirstRungSteps, trials.Length, options.HalvingFactor)
            : [start.Training.Steps];
        return new SweepPlan(start, parameters, trials, rungSteps, options.HalvingFactor);
    }

    /// <summary>The options of a trial, trained to the end.</summary>
    public SimpleDiffusionOptions OptionsOf(int trial)
    {
        var options = _base.Clone();
        for (int i = 0; i < Parameters.Count; i++)
        {
            Parameters[i].Path.Set(options, Trials[trial].Values[i]);
        }

        return options;
    }

    /// <summary>The values of a trial by the path of the option.</summary>
    public IReadOnlyDictionary<string, object?> ValuesOf(int trial)
        => Parameters.Zip(Trials[trial].Values).ToDictionary(pair => pair.First.Path.Name, pair => pair.Second);

    private static List<PlannedTrial> Grid(PlannedTrial standard, IReadOnlyList<SweptOption> parameters, int points)
    {
        IReadOnlyList<IReadOnlyList<object?>> axes = [.. parameters.Select(parameter => parameter.Grid(points).ToList())];
        double combinations = axes.Aggregate(1.0, (product, axis) => product * axis.Count);
        Require.That(
            nameof(SweepOptions.GridPoints),
            points,
            combinations < MaxTrials,
            $"and the choices give {combinations:N0} combinations, but must give less than {MaxTrials:N0}: name fewer options in Parameters, or use another Strategy");
        IEnumerable<IReadOnlyList<object?>> rows = [[]];
        foreach (var axis in axes)
        {
            rows = rows.SelectMany(row => axis.Select(value => (IReadOnlyList<object?>)[.. row, value])).ToList();
        }

        return [.. rows.Where(row => new PlannedTrial(0, row).Key != standard.Key).Select((row, i) => new PlannedTrial(i + 1, row))];
    }

    private static List<PlannedTrial> Draws(PlannedTrial standard, IReadOnlyList<SweptOption> parameters, SweepOptions options)
    {
        var trials = new List<PlannedTrial>();
        var seen = new HashSet<string> { standard.Key };
        for (int draw = 0, repetitions = 0; repetitions < MaxRepetitions && trials.Count < options.Trials - 1; draw++)
        {
            var trial = new PlannedTrial(trials.Count + 1, [.. parameters.Select((parameter, i) => parameter.At(Quantile(options.Seed, draw, i)))]);
            if (seen.Add(trial.Key))
            {
                trials.Add(trial);
                repetitions = 0;
            }
            else
            {
                repetitions++;
            }
        }

        return trials;
    }

    private static double Quantile(int seed, int draw, int parameter) => StatelessRandom.Uniform((uint)seed, RandomPurpose.SweepDraw, (ulong)draw, (ulong)parameter);
}
