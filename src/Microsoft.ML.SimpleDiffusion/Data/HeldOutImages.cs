using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Randomness;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Data;

/// <summary>Images that a model has not been trained on, as tensors on the model's device. Tensors go to the current dispose scope.</summary>
/// <param name="data">The images.</param>
/// <param name="options">The model's.</param>
/// <param name="device">Where it computes.</param>
internal sealed class HeldOutImages(ImageDataset data, SimpleDiffusionOptions options, Device device)
{
    public int Count => data.Count;

    /// <summary>Numbers per image.</summary>
    public int Length => data.Size.Length;

    /// <summary>First image and number of images of each batch.</summary>
    public IEnumerable<(int First, int Count)> Batches()
    {
        int batch = options.Sampling.BatchSize;
        for (int first = 0; first < data.Count; first += batch)
        {
            yield return (first, Math.Min(batch, data.Count - first));
        }
    }

    /// <summary>Images, -1 to 1 [count, C, H, W].</summary>
    public Tensor Images(int first, int count)
    {
        using var scope = NewDisposeScope();
        var images = PixelTensors.Empty([count, data.Size.Channels, data.Size.Height, data.Size.Width], data.Pixels);
        for (int i = 0; i < count; i++)
        {
            // Image by image, because a span over a whole large batch could be too long.
            using var row = images[i];
            data.CopyPixels(first + i, row.bytes);
        }

        return PixelTensors.ToNetwork(images.to(device), data.Pixels).MoveToOuterDisposeScope();
    }

    /// <summary>What images show.</summary>
    public ImageConditions Conditions(int first, int count)
    {
        var images = Enumerable.Range(first, count);
        return ConditionTensors.Create(
            data.Condition, [.. images.Select(data.ConditionOf)], options.Network.PortraitFlag ? [.. images.Select(data.IsPortrait)] : null, device);
    }

    /// <summary>Standard normal noise [count, C, H, W], each image's from its own number.</summary>
    public Tensor Noise(int first, int count, ulong seed, RandomPurpose purpose, int sample)
    {
        using var scope = NewDisposeScope();
        var noise = NoiseTensors.Create(
            [count, data.Size.Channels, data.Size.Height, data.Size.Width], Environment.ProcessorCount, purpose, i => (seed, (ulong)sample, (ulong)(first + i)));
        return noise.to(device).MoveToOuterDisposeScope();
    }
}
