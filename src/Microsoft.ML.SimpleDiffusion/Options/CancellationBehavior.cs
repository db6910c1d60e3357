namespace Microsoft.ML.SimpleDiffusion;

/// <summary>What <c>Fit</c> does when it is cancelled.</summary>
public enum CancellationBehavior
{
    /// <summary>Write a checkpoint if a folder is set, then throw <see cref="OperationCanceledException"/>.</summary>
    Throw,

    /// <summary>
    /// Write a checkpoint if a folder is set, then return the model trained so far. Before the first step there is no model, and
    /// <see cref="OperationCanceledException"/> is thrown all the same.
    /// </summary>
    ReturnModel,
}
