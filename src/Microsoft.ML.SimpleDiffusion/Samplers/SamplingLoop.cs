using Microsoft.ML.SimpleDiffusion.Diffusion;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>Takes pictures from noise to image. It knows no sampler and no back end.</summary>
internal static class SamplingLoop
{
    /// <param name="path">The way.</param>
    /// <param name="batch">Pictures at its beginning; afterwards the result.</param>
    /// <param name="cancellationToken">Checked before each evaluation of the network.</param>
    public static void Run(IReadOnlyList<SamplingStep> path, ISamplingBatch batch, CancellationToken cancellationToken)
    {
        batch.Constrain(path[0].LogSnr);
        foreach (var step in path)
        {
            cancellationToken.ThrowIfCancellationRequested();
            batch.PredictX(step);
            if (step.Coefficients is { } coefficients)
            {
                batch.Step(coefficients, step.Index);
            }
            else
            {
                batch.Finish();
            }

            batch.Constrain(step.NextLogSnr);
        }
    }
}
