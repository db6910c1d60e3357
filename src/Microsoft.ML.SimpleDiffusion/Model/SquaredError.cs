using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Model;

/// <summary>The mean square of what a network got wrong, per image.</summary>
internal static class SquaredError
{
    /// <summary>Mean square of each image [B, C, H, W] to [B].</summary>
    public static Tensor Mean(Tensor residual)
    {
        using var scope = NewDisposeScope();
        return residual.square().mean([1, 2, 3]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// That of the multiscale loss of section 3.2: the sum over resolutions s = lowest, 2 lowest, ... up to the image's of 1/s times the mean square of the
    /// residual pooled to s. Resolutions are those of the shorter side.
    /// </summary>
    public static Tensor Multiscale(Tensor residual, int lowest)
    {
        using var scope = NewDisposeScope();
        int resolution = (int)Math.Min(residual.shape[2], residual.shape[3]);
        var sum = Mean(residual) / resolution;
        while (resolution > lowest)
        {
            residual = nn.functional.avg_pool2d(residual, 2);
            resolution /= 2;
            sum = sum + (Mean(residual) / resolution);
        }

        return sum.MoveToOuterDisposeScope();
    }
}
