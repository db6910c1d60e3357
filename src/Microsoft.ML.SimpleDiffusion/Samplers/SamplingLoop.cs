using Microsoft.ML.SimpleDiffusion.Diffusion;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>Takes images from noise to image. It knows no sampler and no back end.</summary>
internal static class SamplingLoop
{
    /// <param name="path">The way.</param>
    /// <param name="batch">Images at its beginning; afterwards the result.</param>
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

/// <summary>
/// Images on their way from noise to image, in whatever form a back end holds them: noisy images z, the clean images x that are predicted of them, and those
/// predicted one step before. All that differs from step to step comes as numbers.
/// </summary>
internal interface ISamplingBatch
{
    /// <summary>x becomes what the network predicts of z, within the limits of thresholding.</summary>
    void PredictX(SamplingStep step);

    /// <summary>z becomes a z + b x + c x_previous + d noise, and x the previous one.</summary>
    /// <param name="coefficients">a to d.</param>
    /// <param name="index">Number of the step, 0-based, which says what the noise is.</param>
    void Step(StepCoefficients coefficients, int index);

    /// <summary>z becomes x: the result.</summary>
    void Finish();

    /// <summary>z becomes what is known of it, where anything is: kept pixels of inpainting.</summary>
    /// <param name="logSnr">Log-SNR of z; infinity for the result.</param>
    void Constrain(double logSnr);
}
