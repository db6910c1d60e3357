using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Randomness;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>
/// Initial weights as a pure function of the seed: kernels normal with variance 1 / inputs (LeCun et al. 1998, the default of the paper's
/// framework), biases zero, norms one, the position embedding 0.01 normal and the last layer of each block zero (appendix B.2.1).
/// </summary>
internal static class WeightInitializer
{
    private const double PositionEmbeddingDeviation = 0.01;

    public static void Initialize(DenoisingNetwork network, int seed)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        ulong parameterIndex = 0;
        foreach (var module in network.modules())
        {
            switch (module)
            {
                case Linear { bias: null }:
                    // Layers that only some networks have, and that start at zero: they take no number, so that the others start alike with and without them.
                    break;
                case Linear linear:
                    FillNormal(linear.weight!, FanInDeviation(linear.weight!), seed, parameterIndex++);
                    linear.bias.zero_();
                    break;
                case Conv2d convolution:
                    FillNormal(convolution.weight, FanInDeviation(convolution.weight), seed, parameterIndex++);
                    convolution.bias?.zero_();
                    break;
                case ConvTranspose2d transposed:
                    // Kernel [inputs, outputs, p, p] with stride p: each output pixel sees every input channel once.
                    FillNormal(transposed.weight, 1 / Math.Sqrt(transposed.weight.shape[0]), seed, parameterIndex++);
                    transposed.bias?.zero_();
                    break;
                case Embedding embedding:
                    FillNormal(embedding.weight!, 1, seed, parameterIndex++);
                    break;

                // TorchSharp 0.107 leaves the weights of norms uninitialised.
                case GroupNorm norm:
                    norm.weight!.fill_(1);
                    norm.bias!.zero_();
                    break;
                case LayerNorm norm:
                    norm.weight!.fill_(1);
                    norm.bias?.zero_();
                    break;
            }
        }

        foreach (var (name, parameter) in network.named_parameters())
        {
            if (name.EndsWith(PositionsPlan.ParameterName, StringComparison.Ordinal))
            {
                FillNormal(parameter, PositionEmbeddingDeviation, seed, parameterIndex++);
            }
        }

        foreach (var block in network.modules().OfType<IZeroInitialized>())
        {
            foreach (var parameter in block.ZeroInitialized.SelectMany(layer => layer.parameters()))
            {
                parameter.zero_();
            }
        }
    }

    /// <summary>Kernels are [outputs, inputs, ...]: all but the first dimension feed one output.</summary>
    private static double FanInDeviation(Tensor kernel) => Math.Sqrt((double)kernel.shape[0] / kernel.numel());

    private static void FillNormal(Tensor parameter, double deviation, int seed, ulong parameterIndex)
    {
        using var values = empty(parameter.numel(), dtype: ScalarType.Float32, device: CPU);
        var span = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(values.bytes);
        StatelessRandom.FillNormal(span, (uint)seed, RandomPurpose.Initialization, 0, parameterIndex);
        System.Numerics.Tensors.TensorPrimitives.Multiply(span, (float)deviation, span);
        using var shaped = values.view(parameter.shape);
        parameter.copy_(shaped);
    }
}
