namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>What a run has to tell when it is over, gathered as it goes on.</summary>
internal sealed class RunHistory
{
    private readonly List<TrainingEvaluation> _evaluations = [];

    public LossCurve Losses { get; } = new();

    /// <summary>The evaluations so far, in the order of the steps.</summary>
    public IReadOnlyList<TrainingEvaluation> Evaluations => _evaluations;

    /// <summary>Step of the newest evaluation, or null if there is none.</summary>
    public long? LastEvaluatedStep => _evaluations.Count == 0 ? null : _evaluations[^1].Step;

    public void Add(TrainingEvaluation evaluation) => _evaluations.Add(evaluation);

    /// <summary>Goes on where another run was.</summary>
    public void Restore(TrainingHistory history, OpenLossInterval open)
    {
        Losses.Restore(history.Losses, open);
        Replace(history.Evaluations);
    }

    /// <summary>Puts other evaluations in the place of those so far.</summary>
    public void Replace(IReadOnlyList<TrainingEvaluation> evaluations)
    {
        _evaluations.Clear();
        _evaluations.AddRange(evaluations);
    }

    /// <summary>For a checkpoint, which stores the open part of the loss curve beside it.</summary>
    public TrainingHistory ForCheckpoint() => new() { Losses = Losses.Points(), Evaluations = [.. _evaluations] };

    /// <summary>For a model.</summary>
    /// <param name="stepsDone">Optimizer steps done.</param>
    public TrainingHistory ForModel(long stepsDone) => new() { Losses = Losses.PointsUpTo(stepsDone), Evaluations = [.. _evaluations] };
}

/// <summary>
/// Thins the losses of a run of any length to points at multiples of one number of steps. When there are too many, every two become one and the number
/// doubles, so that the curve depends on the losses alone and not on where the run will end.
/// </summary>
internal sealed class LossCurve
{
    /// <summary>The most points that a curve has.</summary>
    public const int MaxPoints = 500;

    private readonly List<TrainingLoss> _points = [];

    /// <summary>What has no point yet, for checkpoints.</summary>
    public OpenLossInterval Open { get; private set; } = OpenLossInterval.Empty;

    /// <summary>Adds the loss of a step.</summary>
    /// <param name="stepsDone">Optimizer steps done, this one included.</param>
    /// <param name="loss">Its loss, or null if the step was skipped.</param>
    public void Add(long stepsDone, double? loss)
    {
        if (loss is double value)
        {
            Open = Open with { Sum = Open.Sum + value, Count = Open.Count + 1 };
        }

        if (stepsDone % Open.Length == 0)
        {
            Close(stepsDone);
        }
    }

    /// <summary>Goes on where another curve was.</summary>
    public void Restore(IEnumerable<TrainingLoss> points, OpenLossInterval open)
    {
        _points.Clear();
        _points.AddRange(points);
        Open = open;
    }

    /// <summary>The points so far, without those of the open interval.</summary>
    public IReadOnlyList<TrainingLoss> Points() => [.. _points];

    /// <summary>The points of the curve if it ended now: the last one may stand for fewer steps.</summary>
    public IReadOnlyList<TrainingLoss> PointsUpTo(long stepsDone)
        => Open.Count == 0 ? Points() : [.. _points, new TrainingLoss { Step = stepsDone, Loss = Open.Sum / Open.Count }];

    private void Close(long stepsDone)
    {
        if (Open.Count > 0)
        {
            _points.Add(new TrainingLoss { Step = stepsDone, Loss = Open.Sum / Open.Count });
        }

        Open = Open with { Sum = 0, Count = 0 };
        while (_points.Count >= MaxPoints)
        {
            Halve();
        }
    }

    /// <summary>The last point may be the first half of an interval that is still open then.</summary>
    private void Halve()
    {
        long length = Open.Length * 2;
        var halved = _points.GroupBy(point => (point.Step + length - 1) / length).Select(group => (End: group.Key * length, Loss: group.Average(point => point.Loss))).ToList();
        long last = _points[^1].Step;
        _points.Clear();
        _points.AddRange(halved.Where(point => point.End <= last).Select(point => new TrainingLoss { Step = point.End, Loss = point.Loss }));
        Open = new OpenLossInterval(length, 0, 0);
        if (halved[^1].End > last)
        {
            Open = Open with { Sum = halved[^1].Loss * (length / 2), Count = length / 2 };
        }
    }
}

/// <summary>The part of a loss curve that has no point yet.</summary>
/// <param name="Length">Steps between two points of the curve, a power of two.</param>
/// <param name="Sum">Sum of the losses since the last multiple of the length.</param>
/// <param name="Count">Number of losses in the sum; skipped steps have none.</param>
internal readonly record struct OpenLossInterval(long Length, double Sum, long Count)
{
    /// <summary>Of a curve without any step.</summary>
    public static OpenLossInterval Empty { get; } = new(1, 0, 0);

    /// <summary>Whether a curve can be in this state.</summary>
    public bool IsValid => Length >= 1 && long.IsPow2(Length) && Count >= 0 && Count < Length && double.IsFinite(Sum);
}
