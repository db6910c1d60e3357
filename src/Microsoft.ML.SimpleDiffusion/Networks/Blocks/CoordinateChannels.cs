using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// Tells a network where in the image each pixel is, so that it knows where a crop is from (Wang et al. 2023, who have two more channels of input: a layer of their
/// own, whose result is added to that of the input layer, is the same, and one that starts at zero changes nothing at first).
/// </summary>
internal sealed class CoordinateChannels : nn.Module<Tensor, Tensor?, Tensor>, IZeroInitialized
{
    private readonly Linear _dense;

    public CoordinateChannels(CoordinatesPlan plan)
        : base(nameof(CoordinateChannels)) => _dense = this.Add(plan.Dense);

    /// <inheritdoc/>
    public IEnumerable<nn.Module> ZeroInitialized => [_dense];

    /// <param name="x">Feature maps [B, C, H, W].</param>
    /// <param name="corner">Where the crops that they are of begin [B, 2], or null (see <see cref="ImageConditions.CropCorner"/>).</param>
    /// <returns>[B, C, H, W].</returns>
    public override Tensor forward(Tensor x, Tensor? corner)
    {
        using var scope = NewDisposeScope();
        return (x + Tokens.ToMaps(_dense.forward(Places(x, corner)), x)).MoveToOuterDisposeScope();
    }

    /// <summary>How far down and how far to the right the middle of each pixel is, from -1 to 1: [B, H W, 2], or [1, H W, 2] of whole images.</summary>
    /// <inheritdoc cref="forward" path="/param"/>
    internal static Tensor Places(Tensor x, Tensor? corner)
    {
        using var scope = NewDisposeScope();
        long height = x.shape[2], width = x.shape[3];
        Tensor down = Axis(height, 0).unsqueeze(2).expand(-1, -1, width), right = Axis(width, 1).unsqueeze(1).expand(-1, height, -1);
        return stack([down, right], dim: 3).view(-1, height * width, 2).MoveToOuterDisposeScope();

        Tensor Axis(long count, long axis)
        {
            var share = ((arange(count, dtype: ScalarType.Float32, device: x.device) + 0.5) / count).unsqueeze(0);
            return (2 * (corner is null ? share : (share / 2) + corner.select(1, axis).unsqueeze(1))) - 1;
        }
    }
}
