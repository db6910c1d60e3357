using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Model;

/// <summary>The noise levels of a batch and what follows from them. Owns its tensors.</summary>
/// <param name="LogSnr">Log-SNR of each image, float32 [B].</param>
/// <param name="LossWeight">Weight of each image's loss, float32 [B].</param>
internal sealed record NoiseLevels(Tensor LogSnr, Tensor LossWeight) : IDisposable
{
    /// <summary>Levels on the CPU.</summary>
    /// <param name="options">Loss with its constants, and what the network predicts.</param>
    /// <param name="logSnrs">Log-SNR of each image.</param>
    public static NoiseLevels Create(DiffusionOptions options, double[] logSnrs) => new(
        tensor(Array.ConvertAll(logSnrs, logSnr => (float)logSnr), device: CPU),
        tensor(Array.ConvertAll(logSnrs, logSnr => (float)Diffusion.LossWeight.Of(options, logSnr)), device: CPU));

    /// <summary>The same levels with every tensor replaced.</summary>
    public NoiseLevels Map(Func<Tensor, Tensor> map) => new(map(LogSnr), map(LossWeight));

    public void Dispose()
    {
        LogSnr.Dispose();
        LossWeight.Dispose();
    }
}
