namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>State of a sweep, as reported to <see cref="SweepOptions.Progress"/> whenever a training has ended, in whichever process.</summary>
public sealed class SweepProgress
{
    /// <summary>The trial whose training has ended: it was measured, or it failed.</summary>
    public required SweepTrial Trial { get; init; }

    /// <summary>Trainings that have ended. A trial has one at each rung that it reaches.</summary>
    public required int FinishedTrainings { get; init; }

    /// <summary>Trainings in all, at most: fewer if trials fail, or if the default is among the best of a rung.</summary>
    public required int TotalTrainings { get; init; }

    /// <summary>The best trial so far: of those trained longest, the one with the best metric. Null if none has been measured.</summary>
    public SweepTrial? Best { get; init; }
}
