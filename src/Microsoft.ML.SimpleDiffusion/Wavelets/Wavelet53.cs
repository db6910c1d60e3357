using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Wavelets;

internal static class Wavelet53
{
    public static Tensor Forward(Tensor x, int levels) => throw new NotImplementedException();

    public static Tensor Inverse(Tensor x, int levels) => throw new NotImplementedException();
}
