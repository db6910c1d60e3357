using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Samplers;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Generation;

/// <summary>An <see cref="ISamplingBatch"/> of arrays: images one after the other, planar [C, H, W].</summary>
/// <param name="start">Noisy images to begin with; the batch's own from now on.</param>
/// <param name="denoise">The network.</param>
/// <param name="stepNoise">Fills in standard normal noise of the step with the given number, 0-based.</param>
/// <param name="thresholding">Limits of predicted images.</param>
/// <param name="constraint">What must hold of the images at every noise level, or null.</param>
internal sealed class ArraySamplingBatch(float[] start, ArrayDenoiser denoise, Action<int, float[]> stepNoise, ArrayThresholding thresholding, ArrayConstraint? constraint) : ISamplingBatch
{
    private float[] _x = new float[start.Length];
    private float[]? _previousX;
    private float[]? _noise;

    /// <summary>The images as they are now.</summary>
    public float[] Images { get; private set; } = start;

    /// <inheritdoc/>
    public void PredictX(SamplingStep step)
    {
        var prediction = denoise(Images, step.LogSnr, step.IsGuided);
        if (step.ToX is { Z: 0, Prediction: 1 })
        {
            prediction.CopyTo(_x);
        }
        else
        {
            Pixels.Scale(Images, step.ToX.Z, _x);
            Pixels.AddScaled(_x, prediction, step.ToX.Prediction);
        }

        thresholding.Apply(_x);
    }

    /// <inheritdoc/>
    public void Step(StepCoefficients coefficients, int index)
    {
        Pixels.Scale(Images, coefficients.Z, Images);
        Pixels.AddScaled(Images, _x, coefficients.X);
        if (coefficients.PreviousX != 0)
        {
            Pixels.AddScaled(Images, _previousX!, coefficients.PreviousX);
        }

        if (coefficients.Noise != 0)
        {
            _noise ??= new float[Images.Length];
            stepNoise(index, _noise);
            Pixels.AddScaled(Images, _noise, coefficients.Noise);
        }

        (_previousX, _x) = (_x, _previousX ?? new float[Images.Length]);
    }

    /// <inheritdoc/>
    public void Finish() => (Images, _x) = (_x, Images);

    /// <inheritdoc/>
    public void Constrain(double logSnr) => constraint?.Invoke(Images, logSnr);
}

/// <summary>What a sampler knows of a network.</summary>
/// <param name="z">Noisy images, all at the same noise level.</param>
/// <param name="logSnr">Their log-SNR.</param>
/// <param name="isGuided">Whether guidance is wanted.</param>
/// <returns>The prediction, which is the sampler's until the next call.</returns>
internal delegate ReadOnlySpan<float> ArrayDenoiser(ReadOnlySpan<float> z, double logSnr, bool isGuided);

/// <summary>Forces images at a noise level to be what is known of them.</summary>
/// <param name="z">Images; changed.</param>
/// <param name="logSnr">Their log-SNR; infinity for the result.</param>
internal delegate void ArrayConstraint(Span<float> z, double logSnr);
