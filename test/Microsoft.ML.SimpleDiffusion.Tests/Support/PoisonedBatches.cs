using Microsoft.ML.SimpleDiffusion.Training.Feed;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>Batches in which the chosen steps have one number of noise that is none.</summary>
internal sealed class PoisonedBatches(IBatchSource batches, params int[] steps) : IBatchSource
{
    public TrainingBatch Next(CancellationToken cancellationToken)
    {
        var batch = batches.Next(cancellationToken);
        if (steps.Contains((int)batch.Step))
        {
            using var number = batch.Noise!.view(-1).narrow(0, 5, 1);
            number.fill_(float.NaN);
        }

        return batch;
    }
}
