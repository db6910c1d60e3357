using Microsoft.ML.SimpleDiffusion.Diffusion;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>A <see cref="ISamplingBatch"/> of tensors [B, C, H, W]. Owns its own, and none that it is given.</summary>
/// <param name="start">Noisy images to begin with.</param>
/// <param name="denoise">The network.</param>
/// <param name="stepNoise">Standard normal noise of the step with the given number, 0-based.</param>
/// <param name="thresholding">Limits of predicted images.</param>
/// <param name="constraint">What must hold of the images at every noise level, or null.</param>
internal sealed class TensorSamplingBatch(Tensor start, Denoiser denoise, Func<int, Tensor> stepNoise, Thresholding thresholding, Constraint? constraint) : ISamplingBatch, IDisposable
{
    private Tensor _z = start.alias().DetachFromDisposeScope();
    private Tensor? _x;
    private Tensor? _previousX;

    /// <summary>The images as they are now. The batch's own.</summary>
    public Tensor Images => _z;

    /// <inheritdoc/>
    public void PredictX(SamplingStep step)
    {
        using var scope = NewDisposeScope();
        var x = step.ToX.Apply(_z, denoise(_z, step.LogSnr, step.IsGuided));
        _x = thresholding.Apply(x).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Step(StepCoefficients coefficients, int index)
    {
        var next = Next(coefficients, index);
        _previousX?.Dispose();
        (_previousX, _x) = (_x, null);
        Replace(next);
    }

    /// <inheritdoc/>
    public void Finish()
    {
        Replace(_x!);
        _x = null;
    }

    /// <inheritdoc/>
    public void Constrain(double logSnr)
    {
        if (constraint is not null)
        {
            using var scope = NewDisposeScope();
            Replace(constraint(_z, logSnr).DetachFromDisposeScope());
        }
    }

    public void Dispose()
    {
        _z.Dispose();
        _x?.Dispose();
        _previousX?.Dispose();
    }

    private Tensor Next(StepCoefficients coefficients, int index)
    {
        using var scope = NewDisposeScope();
        var next = (_z * coefficients.Z).add_(_x!, alpha: coefficients.X);
        if (coefficients.PreviousX != 0)
        {
            next.add_(_previousX!, alpha: coefficients.PreviousX);
        }

        if (coefficients.Noise != 0)
        {
            next.add_(stepNoise(index), alpha: coefficients.Noise);
        }

        return next.DetachFromDisposeScope();
    }

    private void Replace(Tensor z)
    {
        _z.Dispose();
        _z = z;
    }
}

/// <summary>What a sampler knows of a network.</summary>
/// <param name="z">Noisy images [B, C, H, W], all at the same noise level.</param>
/// <param name="logSnr">Their log-SNR.</param>
/// <param name="isGuided">Whether guidance is wanted.</param>
/// <returns>The prediction [B, C, H, W].</returns>
internal delegate Tensor Denoiser(Tensor z, double logSnr, bool isGuided);

/// <summary>Forces images at a noise level to be what is known of them. Applied after every step, and to the result.</summary>
/// <param name="z">Images [B, C, H, W]. The caller's.</param>
/// <param name="logSnr">Their log-SNR; infinity for the result.</param>
/// <returns>New images [B, C, H, W].</returns>
internal delegate Tensor Constraint(Tensor z, double logSnr);

/// <summary>A <see cref="LinearCombination"/> of tensors.</summary>
internal static class TensorCombination
{
    /// <summary>a z + b prediction, or the prediction itself where it is that already.</summary>
    /// <param name="combination">a and b.</param>
    /// <param name="z">Noisy images [B, C, H, W].</param>
    /// <param name="prediction">Network output [B, C, H, W].</param>
    public static Tensor Apply(this LinearCombination combination, Tensor z, Tensor prediction)
        => combination is { Z: 0, Prediction: 1 } ? prediction.alias() : (z * combination.Z).add_(prediction, alpha: combination.Prediction);
}
