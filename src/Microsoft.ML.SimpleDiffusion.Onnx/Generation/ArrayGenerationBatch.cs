using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Randomness;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Generation;

/// <summary>The arrays that belong to some requests, as the core's GenerationBatch has tensors.</summary>
/// <param name="requests">What to generate.</param>
/// <param name="size">Size of the model's images.</param>
/// <param name="format">How their pixels are held.</param>
/// <param name="schedule">The noise schedule.</param>
internal sealed class ArrayGenerationBatch(IReadOnlyList<GenerationRequest> requests, ImageSize size, PixelFormat format, INoiseSchedule schedule)
{
    /// <summary>What the requests ask for; with guidance, then what it leads away from.</summary>
    /// <param name="configuration">What the model knows.</param>
    /// <param name="isGuided">Whether there is guidance.</param>
    public ConditionArrays Conditions(ModelConfiguration configuration, bool isGuided)
    {
        var asked = requests.Select(request => request.Condition);
        var rows = isGuided ? asked.Concat(requests.Select(request => request.Negative)) : asked;
        var formats = isGuided ? requests.Concat(requests) : requests;
        return ConditionArrays.Create(configuration.Condition, [.. rows], configuration.Options.Network.PortraitFlag ? [.. formats.Select(request => request.IsPortrait)] : null);
    }

    /// <summary>Fills in the noise of one step: each image's from its own seed, whatever the batch.</summary>
    public void FillNoise(int step, float[] noise) => Parallel.For(
        0, requests.Count, i => StatelessRandom.FillNormal(noise.AsSpan(i * size.Length, size.Length), requests[i].Seed, RandomPurpose.SamplingNoise, (ulong)step, 0));

    /// <summary>Diffusion time at which the sampling of the requests begins: that of their images, or 1 for noise.</summary>
    /// <param name="strength">Diffusion time at which an image to start from is met, above 0 to 1.</param>
    public double StartTime(double strength) => requests[0].Image is null ? 1 : strength;

    /// <summary>The noisy images that the sampling begins with, and what their masks keep.</summary>
    /// <param name="startTime">Their diffusion time.</param>
    public (float[] Z, ArrayConstraint? Constraint) Begin(double startTime)
    {
        var noise = new float[requests.Count * size.Length];
        FillNoise(0, noise);
        if (requests[0].Image is null)
        {
            return (noise, null);
        }

        var images = Images();
        var z = (float[])noise.Clone();
        if (startTime < 1)
        {
            Diffuse(images, noise, schedule.LogSnr(startTime), z);
        }

        return (z, requests[0].Mask is null ? null : Keep(images, noise));
    }

    /// <summary>What is kept has, at every noise level, the noise that the image began with.</summary>
    private ArrayConstraint Keep(float[] images, float[] noise)
    {
        var known = new float[images.Length];
        return (z, logSnr) =>
        {
            Diffuse(images, noise, logSnr, known);
            int plane = size.Height * size.Width;
            for (int i = 0; i < z.Length; i++)
            {
                z[i] = requests[i / size.Length].Mask![i % plane] < GenerationRequest.GeneratedFrom ? known[i] : z[i];
            }
        };
    }

    /// <summary>The images to start from, -1 to 1.</summary>
    private float[] Images()
    {
        var images = new float[requests.Count * size.Length];
        for (int i = 0; i < requests.Count; i++)
        {
            Pixels.ToNetwork(requests[i].Image, format, images.AsSpan(i * size.Length, size.Length));
        }

        return images;
    }

    /// <summary>z = alpha x + sigma eps.</summary>
    private static void Diffuse(float[] images, float[] noise, double logSnr, float[] z)
    {
        Pixels.Scale(images, VariancePreserving.Alpha(logSnr), z);
        Pixels.AddScaled(z, noise, VariancePreserving.Sigma(logSnr));
    }
}
