namespace Microsoft.ML.SimpleDiffusion;

/// <summary>What happens when a run that goes on from a checkpoint is given other data than it had.</summary>
public enum ChangedDataHandling
{
    /// <summary><c>Fit</c> throws an exception that says what has changed. The checkpoints stay as they are.</summary>
    Fail,

    /// <summary>The run goes on with the new data, and the log says what has changed.</summary>
    Warn,
}
