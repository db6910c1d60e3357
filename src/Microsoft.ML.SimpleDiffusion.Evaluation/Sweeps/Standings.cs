namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Where a sweep stands: a pure function of its plan and of the trainings that have ended.</summary>
internal sealed class Standings
{
    private readonly SweepPlan _plan;
    private readonly bool _higherIsBetter;
    private readonly Func<int, int, TrialRecord?> _records;
    private readonly List<SortedSet<int>> _entrants = [];

    /// <param name="plan">The plan.</param>
    /// <param name="higherIsBetter">Whether higher values of the metric are better.</param>
    /// <param name="records">The record of a trial at a rung, or null.</param>
    public Standings(SweepPlan plan, bool higherIsBetter, Func<int, int, TrialRecord?> records)
    {
        _plan = plan;
        _higherIsBetter = higherIsBetter;
        _records = records;
        _entrants.Add([.. plan.Trials.Select(trial => trial.Number)]);
        while (_entrants.Count < plan.RungSteps.Count && IsFinished(_entrants.Count - 1))
        {
            _entrants.Add(Promote(_entrants.Count - 1));
        }
    }

    /// <summary>Trainings that can be done now, in order of trials.</summary>
    public IEnumerable<OpenTraining> Open => _entrants[^1].Where(trial => Record(trial, LastRung) is null).Select(trial => new OpenTraining(trial, LastRung));

    /// <summary>Whether nothing is left to do.</summary>
    public bool IsOver => _entrants.Count == _plan.RungSteps.Count && IsFinished(LastRung);

    /// <summary>Trainings that have ended, in order of rungs and trials.</summary>
    public IEnumerable<TrialRecord> Finished => _entrants.SelectMany((trials, rung) => trials.Select(trial => Record(trial, rung))).OfType<TrialRecord>();

    /// <summary>Whether all records are known to be as they were written.</summary>
    public bool AreCertain => Finished.All(record => record.IsSealed);

    /// <summary>Trainings in all; for rungs whose trials are not known yet, the most.</summary>
    public int TotalTrainings
    {
        get
        {
            int total = _entrants.Sum(trials => trials.Count), next = _plan.Trials.Count;
            for (int rung = 1; rung < _plan.RungSteps.Count; rung++)
            {
                next = HalvingSchedule.Survivors(next, _plan.HalvingFactor);
                total += rung < _entrants.Count ? 0 : next + 1;
            }

            return total;
        }
    }

    private int LastRung => _entrants.Count - 1;

    /// <summary>All trials, by number.</summary>
    public IReadOnlyList<SweepTrial> Trials() => [.. _plan.Trials.Select(trial => Describe(trial.Number))];

    /// <summary>Trials that have been measured, the best first: those trained longest before the others, then by metric, then by number.</summary>
    public IReadOnlyList<SweepTrial> Ranking() =>
    [
        .. Trials().Where(trial => trial.Measurements.Count > 0)
            .OrderBy(trial => trial.State == SweepTrialState.Failed)
            .ThenByDescending(trial => trial.Steps)
            .ThenBy(trial => Loss(trial.Metric!.Value))
            .ThenBy(trial => trial.Number),
    ];

    /// <summary>Whether a metric would be the best of those trained to the end.</summary>
    public bool WouldBeBest(int trial, double metric)
        => !Finished.Any(record => record.Rung == _plan.RungSteps.Count - 1 && record.Metric is double other && (Loss(other), record.Trial).CompareTo((Loss(metric), trial)) < 0);

    private SweepTrial Describe(int trial)
    {
        var records = Enumerable.Range(0, _entrants.Count).Where(rung => _entrants[rung].Contains(trial)).Select(rung => Record(trial, rung)).OfType<TrialRecord>().ToList();
        string? error = records.Select(record => record.Error).FirstOrDefault(message => message is not null);
        return new SweepTrial
        {
            Number = trial,
            Parameters = _plan.ValuesOf(trial),
            Measurements = [.. records.Where(record => record.Metric is not null).Select(record => new SweepMeasurement { Steps = record.Steps, Value = record.Metric!.Value, Seconds = record.Seconds })],
            Error = error,
            State = error is not null ? SweepTrialState.Failed
                : records.Any(record => record.Rung == _plan.RungSteps.Count - 1) ? SweepTrialState.Completed
                : _entrants[^1].Contains(trial) ? SweepTrialState.Open
                : SweepTrialState.Stopped,
        };
    }

    /// <summary>The best trials of a rung go on, and the default does in any case, so that the sweep's result is compared with it at equal steps.</summary>
    private SortedSet<int> Promote(int rung)
    {
        int entrants = _plan.Trials.Count;
        for (int i = 0; i <= rung; i++)
        {
            entrants = HalvingSchedule.Survivors(entrants, _plan.HalvingFactor);
        }

        var ranked = _entrants[rung].Select(trial => Record(trial, rung)!).Where(record => record.Metric is not null)
            .OrderBy(record => Loss(record.Metric!.Value)).ThenBy(record => record.Trial).Select(record => record.Trial).ToList();
        return [.. ranked.Take(entrants), .. ranked.Where(trial => trial == 0)];
    }

    private bool IsFinished(int rung) => _entrants[rung].All(trial => Record(trial, rung) is not null);

    private TrialRecord? Record(int trial, int rung) => _records(trial, rung);

    private double Loss(double metric) => _higherIsBetter ? -metric : metric;
}
