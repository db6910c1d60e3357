using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Randomness;
using Microsoft.ML.SimpleDiffusion.Samplers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>The tensors that belong to some requests. Tensors go to the current dispose scope.</summary>
/// <param name="requests">What to generate.</param>
/// <param name="size">Size of the model's images.</param>
/// <param name="format">How their pixels are held.</param>
/// <param name="schedule">The noise schedule.</param>
/// <param name="device">Where to compute.</param>
internal sealed class GenerationBatch(IReadOnlyList<GenerationRequest> requests, ImageSize size, PixelFormat format, INoiseSchedule schedule, Device device)
{
    /// <summary>What the requests ask for.</summary>
    /// <param name="configuration">What the model knows.</param>
    /// <param name="guidanceScale">What the network is told, or null.</param>
    public ImageConditions Conditions(ModelConfiguration configuration, float? guidanceScale) => Conditions(configuration, requests.Select(request => request.Condition), requests) with
    {
        GuidanceScale = guidanceScale is float scale ? full(requests.Count, scale, dtype: ScalarType.Float32, device: device) : null,
    };

    /// <summary>The requests twice: with what they ask for, then with what guidance leads away from. The portrait flag is format, not content: it stays.</summary>
    /// <param name="configuration">What the model knows.</param>
    public ImageConditions GuidanceConditions(ModelConfiguration configuration) => Conditions(
        configuration, requests.Select(request => request.Condition).Concat(requests.Select(request => request.Negative)), requests.Concat(requests));

    /// <summary>Noise of one step [B, C, H, W]: each image's from its own seed, whatever the batch.</summary>
    public Tensor Noise(int step)
    {
        using var scope = NewDisposeScope();
        var noise = NoiseTensors.Create(
            [requests.Count, size.Channels, size.Height, size.Width], Environment.ProcessorCount, RandomPurpose.SamplingNoise, i => (requests[i].Seed, (ulong)step, 0));
        return noise.to(device).MoveToOuterDisposeScope();
    }

    /// <summary>Diffusion time at which the sampling of the requests begins: that of their images, or 1 for noise.</summary>
    /// <param name="strength">Diffusion time at which an image to start from is met, above 0 to 1.</param>
    public double StartTime(double strength) => requests[0].Image is null ? 1 : strength;

    /// <summary>
    /// The noisy images that the sampling begins with, and what their masks keep. Images to start from have the noise that the schedule has at their time
    /// (Meng et al. 2022, SDEdit); at time 1 it is pure noise.
    /// </summary>
    /// <param name="startTime">Their diffusion time.</param>
    public (Tensor Z, Constraint? Constraint) Begin(double startTime)
    {
        var noise = Noise(step: 0);
        if (requests[0].Image is null)
        {
            return (noise, null);
        }

        var images = Images();
        var z = startTime < 1 ? ForwardProcess.Diffuse(images, noise, schedule.LogSnr(startTime)) : noise;
        return (z, requests[0].Mask is null ? null : Keep(images, noise));
    }

    /// <summary>What is kept has, at every noise level, the noise that the image began with.</summary>
    private Constraint Keep(Tensor images, Tensor noise)
    {
        var isKept = Masks();
        return (z, logSnr) =>
        {
            using var scope = NewDisposeScope();
            return where(isKept, ForwardProcess.Diffuse(images, noise, logSnr), z).MoveToOuterDisposeScope();
        };
    }

    /// <summary>The images to start from, -1 to 1 [B, C, H, W].</summary>
    private Tensor Images()
    {
        using var scope = NewDisposeScope();
        var pixels = PixelTensors.Empty([requests.Count, size.Channels, size.Height, size.Width], format);
        for (int i = 0; i < requests.Count; i++)
        {
            using var row = pixels[i];
            requests[i].Image.CopyTo(row.bytes);
        }

        return PixelTensors.ToNetwork(pixels.to(device), format).MoveToOuterDisposeScope();
    }

    /// <summary>Whether a pixel is kept [B, 1, H, W].</summary>
    private Tensor Masks()
    {
        using var scope = NewDisposeScope();
        byte[] all = requests.SelectMany(request => request.Mask!).ToArray();
        return tensor(all, [requests.Count, 1, size.Height, size.Width], device: device).lt(GenerationRequest.GeneratedFrom).MoveToOuterDisposeScope();
    }

    private ImageConditions Conditions(ModelConfiguration configuration, IEnumerable<RowCondition> rows, IEnumerable<GenerationRequest> formats) => ConditionTensors.Create(
        configuration.Condition, [.. rows], configuration.Options.Network.PortraitFlag ? [.. formats.Select(request => request.IsPortrait)] : null, device);
}
