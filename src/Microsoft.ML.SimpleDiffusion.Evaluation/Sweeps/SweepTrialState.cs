namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>What has become of a trial.</summary>
public enum SweepTrialState
{
    /// <summary>It waits for its turn, is being trained, or waits for those it is compared with.</summary>
    Open,

    /// <summary>It was trained to the end and measured.</summary>
    Completed,

    /// <summary>Successive halving stopped it before the end, because others were better.</summary>
    Stopped,

    /// <summary>It could not be trained or measured; <see cref="SweepTrial.Error"/> says why.</summary>
    Failed,
}
