using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>A block whose last layer starts at zero, so that the block starts as the identity ('kernel_init=zeros').</summary>
internal interface IZeroInitialized
{
    /// <summary>The layer that starts at zero.</summary>
    nn.Module ZeroInitialized { get; }
}
