namespace Microsoft.ML.SimpleDiffusion.Training.Feed;

/// <summary>Delivers the batches of a training in order of steps and micro-steps.</summary>
internal interface IBatchSource
{
    /// <summary>The next batch. The caller owns it.</summary>
    TrainingBatch Next(CancellationToken cancellationToken);
}
