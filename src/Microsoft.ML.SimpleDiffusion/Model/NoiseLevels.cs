using Microsoft.ML.SimpleDiffusion.Diffusion;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Model;

/// <summary>The noise levels of a batch and what follows from them. Owns its tensors.</summary>
/// <param name="LogSnr">Log-SNR of each image, float32 [B].</param>
/// <param name="LossWeight">Weight of each image's loss, float32 [B].</param>
internal sealed record NoiseLevels(Tensor LogSnr, Tensor LossWeight) : IDisposable
{
    /// <summary>Levels on the CPU.</summary>
    /// <param name="options">Loss with its constants, and what the network predicts.</param>
    /// <param name="schedule">The noise schedule.</param>
    /// <param name="times">Diffusion time of each image, 0 to 1.</param>
    /// <param name="draws">What the times are drawn by; null if they are uniform.</param>
    public static NoiseLevels Create(DiffusionOptions options, INoiseSchedule schedule, double[] times, NormalDraws? draws = null) => new(
        tensor(Array.ConvertAll(times, time => (float)schedule.LogSnr(time)), device: CPU),
        tensor(Array.ConvertAll(times, time => (float)Diffusion.LossWeight.Of(options, schedule.LogSnr(time), draws?.Slope(time) ?? schedule.Slope(time))), device: CPU));

    /// <summary>The same levels with every tensor replaced.</summary>
    public NoiseLevels Map(Func<Tensor, Tensor> map) => new(map(LogSnr), map(LossWeight));

    public void Dispose()
    {
        LogSnr.Dispose();
        LossWeight.Dispose();
    }
}
