using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Data;

/// <summary>The examples of one forward pass, on the CPU. Owns its tensors. A pure function of (seed, step, micro-step) and the data.</summary>
internal sealed class TrainingBatch(long step, int microStep, Tensor images, Tensor noise, double[] times, ImageConditions conditions) : IDisposable
{
    /// <summary>Optimizer step, 0-based.</summary>
    public long Step { get; } = step;

    /// <summary>Forward pass within the optimizer step, 0-based.</summary>
    public int MicroStep { get; } = microStep;

    /// <summary>Images, float32 [B, C, H, W], -1 to 1.</summary>
    public Tensor Images { get; } = images;

    /// <summary>Standard normal noise, float32 [B, C, H, W].</summary>
    public Tensor Noise { get; } = noise;

    /// <summary>Diffusion times [B], 0 to 1, spread evenly over the batch.</summary>
    public double[] Times { get; } = times;

    /// <summary>What the images show, after condition dropout. Portraits lie on their side.</summary>
    public ImageConditions Conditions { get; } = conditions;

    /// <summary>The same batch, ready for a quick copy to the device. It takes this one's place.</summary>
    public TrainingBatch PinnedFor(ComputeTarget target)
        => new(Step, MicroStep, target.Pin(Images), target.Pin(Noise), Times, Conditions.Map(target.Pin));

    public void Dispose()
    {
        Images.Dispose();
        Noise.Dispose();
        Conditions.Dispose();
    }
}
