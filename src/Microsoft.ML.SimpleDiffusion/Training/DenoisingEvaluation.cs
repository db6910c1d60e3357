using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Randomness;
using Microsoft.ML.SimpleDiffusion.Training.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>
/// The squared error of the predicted image x̂ at fixed noise levels. Unlike the training loss it does not depend on schedule and weighting, so that
/// models trained with different ones can be compared.
/// </summary>
internal static class DenoisingEvaluation
{
    /// <summary>The noise is the same for every model.</summary>
    private const ulong Seed = 0;

    /// <param name="model">The model.</param>
    /// <param name="data">Images with their classes.</param>
    /// <param name="logSnrs">Noise levels.</param>
    /// <param name="resolutions">Resolutions, checked by <see cref="CheckResolutions"/>.</param>
    /// <param name="batchSize">Images at a time.</param>
    public static IReadOnlyList<DenoisingError> Measure(
        IGenerativeModel model, ImageDataset data, IReadOnlyList<double> logSnrs, IReadOnlyList<int> resolutions, int batchSize)
    {
        var sums = new double[logSnrs.Count, resolutions.Count];
        for (int start = 0; start < data.Count; start += batchSize)
        {
            int count = Math.Min(batchSize, data.Count - start);
            for (int level = 0; level < logSnrs.Count; level++)
            {
                Accumulate(model, data, start, count, level, logSnrs[level], resolutions, sums);
            }
        }

        return [.. from level in Enumerable.Range(0, logSnrs.Count)
                   from scale in Enumerable.Range(0, resolutions.Count)
                   select new DenoisingError(logSnrs[level], resolutions[scale], sums[level, scale] / data.Count)];
    }

    /// <exception cref="ArgumentOutOfRangeException">Images cannot be pooled to one of the resolutions.</exception>
    public static void CheckResolutions(IReadOnlyList<int> resolutions, int height, int width)
    {
        int shorterSide = Math.Min(height, width);
        foreach (int resolution in resolutions)
        {
            bool fits = resolution >= 1 && shorterSide % resolution == 0 && height % (shorterSide / resolution) == 0 && width % (shorterSide / resolution) == 0;
            if (!fits)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(resolutions), resolution, $"A resolution must be the image's shorter side ({shorterSide}) divided by a number that divides both sides.");
            }
        }
    }

    private static void Accumulate(
        IGenerativeModel model, ImageDataset data, int start, int count, int level, double logSnr, IReadOnlyList<int> resolutions, double[,] sums)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var (x, noise) = Read(data, start, count, level);
        int[] classes = [.. Enumerable.Range(start, count).Select(data.ClassOf)];
        var error = model.Denoise(ForwardProcess.Diffuse(x, noise, logSnr), classes, logSnr) - x;
        int shorterSide = Math.Min(data.Size.Height, data.Size.Width);
        for (int scale = 0; scale < resolutions.Count; scale++)
        {
            // Pooling is linear: the pooled error is the error of the pooled images.
            var pooled = nn.functional.avg_pool2d(error, shorterSide / resolutions[scale]);
            sums[level, scale] += PerImage.MeanSquare(pooled).sum().item<float>();
        }
    }

    /// <summary>Images [B, C, H, W], -1 to 1, and their noise.</summary>
    private static (Tensor X, Tensor Noise) Read(ImageDataset data, int start, int count, int level)
    {
        var size = data.Size;
        var bytes = empty([count, size.Channels, size.Height, size.Width], dtype: ScalarType.Byte);
        var noise = empty([count, size.Channels, size.Height, size.Width], dtype: ScalarType.Float32);
        var noiseValues = MemoryMarshal.Cast<byte, float>(noise.bytes);
        for (int i = 0; i < count; i++)
        {
            data.CopyPixels(start + i, bytes.bytes.Slice(i * size.Length, size.Length));
            StatelessRandom.FillNormal(noiseValues.Slice(i * size.Length, size.Length), Seed, RandomPurpose.EvaluationNoise, (ulong)level, (ulong)(start + i));
        }

        return ((bytes.to(ScalarType.Float32) / 127.5f) - 1, noise);
    }
}
