using Microsoft.ML.SimpleDiffusion.Diffusion;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Feed;

/// <summary>
/// The beginning of a run at half of the height and width, which costs a quarter: what images are made of can be learnt of small ones. The network is the same;
/// the noise schedule is that of images of such a size, so that with a shifted one (equation 5) as much of the coarse structure shows as later.
/// </summary>
internal static class HalfResolution
{
    /// <summary>How many steps of a run have images of half of the size: the first.</summary>
    public static long CountOfSteps(TrainingOptions options) => (long)Math.Round(options.HalfResolutionShare * options.Steps);

    /// <summary>The noise schedule of those steps.</summary>
    /// <param name="options">The whole options, with the full size.</param>
    public static INoiseSchedule Schedule(SimpleDiffusionOptions options) => NoiseSchedules.Create(options.Diffusion, options.ImageHeight / 2, options.ImageWidth / 2);

    /// <summary>Images with each 2×2 pixels averaged.</summary>
    /// <param name="x">[B, C, H, W].</param>
    public static Tensor OfImages(Tensor x) => nn.functional.avg_pool2d(x, 2);

    /// <summary>Noise of variance 1 again: the mean of four has a quarter of it.</summary>
    /// <param name="noise">[B, C, H, W], of variance 1.</param>
    public static Tensor OfNoise(Tensor noise)
    {
        using var mean = nn.functional.avg_pool2d(noise, 2);
        return mean * 2;
    }
}
