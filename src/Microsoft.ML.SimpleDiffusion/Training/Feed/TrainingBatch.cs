using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Feed;

/// <summary>The examples of one forward pass, on the CPU. Owns its tensors. A pure function of (seed, step, micro-step) and the data.</summary>
internal sealed record TrainingBatch : IDisposable
{
    /// <summary>Optimizer step, 0-based.</summary>
    public required long Step { get; init; }

    /// <summary>Forward pass within the optimizer step, 0-based.</summary>
    public required int MicroStep { get; init; }

    /// <summary>Images [B, C, H, W], bytes or float32 as their format is.</summary>
    public required Tensor Pixels { get; init; }

    /// <summary>How the images are held.</summary>
    public required PixelFormat Format { get; init; }

    /// <summary>Whether the network is to see images and noise at half of their height and width.</summary>
    public bool IsHalfResolution { get; init; }

    /// <summary>Standard normal noise, float32 [B, C, H, W]; null if the device draws it.</summary>
    public required Tensor? Noise { get; init; }

    /// <summary>Noise level of each image.</summary>
    public required NoiseLevels Levels { get; init; }

    /// <summary>Diffusion time of each image [B], 0 to 1, which the levels are of.</summary>
    public required double[] Times { get; init; }

    /// <summary>What the images show, after condition dropout. Portraits lie on their side.</summary>
    public required ImageConditions Conditions { get; init; }

    /// <summary>The same batch, ready for a quick copy to the device. It takes this one's place.</summary>
    public TrainingBatch PinnedFor(ComputeTarget target) => this with
    {
        Pixels = target.Pin(Pixels),
        Noise = Noise is null ? null : target.Pin(Noise),
        Levels = Levels.Map(target.Pin),
        Conditions = Conditions.Map(target.Pin),
    };

    /// <summary>The images as the network sees them, -1 to 1 [B, C, H, W], or of half the height and width. What is uploaded is the pixels as they are held.</summary>
    public Tensor ImagesOn(ComputeTarget target)
    {
        using var scope = NewDisposeScope();
        var images = PixelTensors.ToNetwork(target.Upload(Pixels), Format);
        return (IsHalfResolution ? HalfResolution.OfImages(images) : images).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Pixels.Dispose();
        Noise?.Dispose();
        Levels.Dispose();
        Conditions.Dispose();
    }
}
