using Microsoft.ML.SimpleDiffusion.Compute;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Data;

/// <summary>The examples of one forward pass, on the CPU. Owns its tensors. A pure function of (seed, step, micro-step) and the data.</summary>
internal sealed class TrainingBatch(long step, int microStep, Tensor images, Tensor noise, double[] times, Tensor? classes, Tensor? portrait) : IDisposable
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

    /// <summary>Class of each image after condition dropout, int64 [B], the number of classes meaning none; null in unconditional training.</summary>
    public Tensor? Classes { get; } = classes;

    /// <summary>1 for each portrait, which lies on its side, and 0 for each landscape, int64 [B]; null without portrait flag.</summary>
    public Tensor? Portrait { get; } = portrait;

    /// <summary>The same batch, ready for a quick copy to the device. It takes this one's place.</summary>
    public TrainingBatch PinnedFor(ComputeTarget target)
        => new(Step, MicroStep, target.Pin(Images), target.Pin(Noise), Times, Classes is null ? null : target.Pin(Classes), Portrait is null ? null : target.Pin(Portrait));

    public void Dispose()
    {
        Images.Dispose();
        Noise.Dispose();
        Classes?.Dispose();
        Portrait?.Dispose();
    }
}
