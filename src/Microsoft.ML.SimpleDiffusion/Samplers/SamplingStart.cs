using Microsoft.ML.SimpleDiffusion.Diffusion;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>Where the way to the image begins.</summary>
/// <param name="Z">Noisy images [B, C, H, W]. The caller's.</param>
/// <param name="Time">Their diffusion time, above 0 to 1.</param>
internal readonly record struct SamplingStart(Tensor Z, double Time)
{
    /// <summary>Pure noise at time 1.</summary>
    public static SamplingStart FromNoise(Tensor noise) => new(noise, 1);

    /// <summary>Images with the noise that the schedule has at a time (Meng et al. 2022, SDEdit). At time 1 it is pure noise.</summary>
    public static SamplingStart FromImages(Tensor images, Tensor noise, INoiseSchedule schedule, double time)
        => time < 1 ? new(ForwardProcess.Diffuse(images, noise, schedule.LogSnr(time)), time) : FromNoise(noise);
}
