using Microsoft.ML.SimpleDiffusion.Training.Data;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>Batches in which the chosen steps have one pixel that is not a number.</summary>
internal sealed class PoisonedBatches(IBatchSource batches, params int[] steps) : IBatchSource
{
    public TrainingBatch Next(CancellationToken cancellationToken)
    {
        var batch = batches.Next(cancellationToken);
        if (steps.Contains((int)batch.Step))
        {
            using var pixel = batch.Images.view(-1).narrow(0, 5, 1);
            pixel.fill_(float.NaN);
        }

        return batch;
    }
}
