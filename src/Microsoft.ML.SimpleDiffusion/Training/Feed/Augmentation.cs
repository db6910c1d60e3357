using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Feed;

/// <summary>
/// Transforms some of the training images and says how, so that a network can learn of them without drawing such images itself (Jun et al. 2020; Karras et al.
/// 2022).
/// </summary>
/// <param name="options">Options with nothing left open.</param>
/// <param name="threads">Threads that work. They change nothing of the images.</param>
internal sealed class Augmentation(SimpleDiffusionOptions options, int threads)
{
    private readonly ImageSize _size = ImageSize.Of(options);
    private readonly PixelFormat _format = PixelFormat.Of(options);

    /// <summary>Transforms the images of a batch, each as follows from seed, step and its number in the step alone.</summary>
    /// <param name="pixels">Images [B, C, H, W], bytes or float32 as their format is.</param>
    /// <param name="step">Optimizer step.</param>
    /// <param name="firstPosition">Number of the first image in the step.</param>
    /// <returns>What the network is told, float32 [B, numbers]; null where no image is ever transformed.</returns>
    public Tensor? Apply(Tensor pixels, long step, long firstPosition)
    {
        double share = options.Training.AugmentationShare;
        if (share == 0)
        {
            return null;
        }

        var told = empty([pixels.shape[0], EmbeddingPlan.AugmentationNumbers], dtype: ScalarType.Float32, device: CPU);
        Parallel.For(0, (int)pixels.shape[0], new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            using Tensor image = pixels[i], numbers = told[i];
            var transform = ImageTransform.Draw(share, _size, (uint)options.Seed!.Value, (ulong)step, (ulong)(firstPosition + i));
            transform.Apply(image.bytes, _size, _format, options.Network.Seamless);
            transform.Numbers.CopyTo(MemoryMarshal.Cast<byte, float>(numbers.bytes));
        });
        return told;
    }
}
