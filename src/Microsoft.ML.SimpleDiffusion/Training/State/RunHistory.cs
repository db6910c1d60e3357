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
