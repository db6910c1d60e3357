using Microsoft.ML.SimpleDiffusion.Randomness;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Feed;

/// <summary>
/// Steps that train on crops of half of the height and width, which cost a quarter (Wang et al. 2023). A crop begins at any pixel of the lowest feature maps, so
/// that each level of the network has its positions.
/// </summary>
/// <param name="options">Options with nothing left open.</param>
internal sealed class RandomCrops(SimpleDiffusionOptions options)
{
    /// <summary>Distance between two places at which crops may begin, in pixels.</summary>
    private readonly int _grid = Grid(options);

    private readonly ulong _seed = (uint)options.Seed!.Value;

    /// <summary>Whether a step has crops.</summary>
    public bool AreOf(long step) => StatelessRandom.Uniform(_seed, RandomPurpose.Crop, (ulong)step, 0) < options.Training.CropShare;

    /// <summary>Crops images, each at a place of its own.</summary>
    /// <param name="images">Pixels on the CPU [B, C, H, W].</param>
    /// <param name="step">Optimizer step.</param>
    /// <param name="firstPosition">Number of the first image in the step.</param>
    /// <returns>The crops [B, C, H / 2, W / 2], and the shares of height and width that lie before them, float32 [B, 2].</returns>
    public (Tensor Pixels, Tensor Corners) Take(Tensor images, long step, long firstPosition)
    {
        long count = images.shape[0], height = images.shape[2] / 2, width = images.shape[3] / 2;
        var crops = empty([count, images.shape[1], height, width], dtype: images.dtype, device: CPU);
        float[] corners = new float[2 * count];
        for (int i = 0; i < count; i++)
        {
            long top = Start(height, i, 0), left = Start(width, i, 1);
            (corners[2 * i], corners[(2 * i) + 1]) = (top / (2f * height), left / (2f * width));
            using Tensor image = images[i], rows = image.narrow(1, top, height), part = rows.narrow(2, left, width), crop = crops[i];
            _ = crop.copy_(part);
        }

        return (crops, tensor(corners, count, 2, device: CPU));

        // Draws are numbered from 1; the first says whether the step has crops.
        long Start(long side, int i, ulong axis)
            => _grid * (long)(StatelessRandom.Uniform(_seed, RandomPurpose.Crop, (ulong)step, 1 + (2 * (ulong)(firstPosition + i)) + axis) * ((side / _grid) + 1));
    }

    private static int Grid(SimpleDiffusionOptions options)
    {
        var specification = NetworkSpecification.Create(options, classCount: 0);
        return specification.PatchSize << specification.Downsamplings;
    }
}
