using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// What each operator of the networks computes in, inside a bfloat16 region. libtorch's autocast has a list of its own for each kind of device; where the two
/// lists differ, or the choice costs memory, the operators of this library decide for themselves.
/// </summary>
internal static class OperatorPrecision
{
    private static readonly Dictionary<NetworkOperator, (OperandType Cpu, OperandType Cuda)> Table = new()
    {
        [NetworkOperator.Convolution] = (OperandType.BFloat16, OperandType.BFloat16),
        [NetworkOperator.Dense] = (OperandType.BFloat16, OperandType.BFloat16),
        [NetworkOperator.Attention] = (OperandType.BFloat16, OperandType.BFloat16),

        // Autocast would compute norms in float32 on CUDA, so that swish and all activations kept for the backward pass would take twice the memory. Their
        // sums are float32 in any case. On a CPU libtorch takes weights in float32 beside inputs in bfloat16; on CUDA both must have one type.
        [NetworkOperator.GroupNorm] = (OperandType.Input, OperandType.InputAndWeights),
        [NetworkOperator.LayerNorm] = (OperandType.Input, OperandType.InputAndWeights),

        // Elementwise, so that it is what its input is.
        [NetworkOperator.Swish] = (OperandType.Input, OperandType.Input),
    };

    /// <param name="operation">The operator.</param>
    /// <param name="device">Where it runs.</param>
    public static OperandType Of(NetworkOperator operation, DeviceType device) => device == DeviceType.CUDA ? Table[operation].Cuda : Table[operation].Cpu;

    /// <summary>The type of an operator's result.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="input">Type of its input.</param>
    public static ScalarType ResultOf(NetworkOperator operation, DeviceType device, ScalarType input)
        => Of(operation, device) == OperandType.BFloat16 ? ScalarType.BFloat16 : input;
}

/// <summary>Operators of the networks that <see cref="OperatorPrecision"/> tells apart.</summary>
internal enum NetworkOperator
{
    Convolution,
    Dense,
    Attention,
    GroupNorm,
    LayerNorm,
    Swish,
}

/// <summary>What an operator computes in.</summary>
internal enum OperandType
{
    /// <summary>bfloat16, whatever its input is: autocast sees to it.</summary>
    BFloat16,

    /// <summary>The type of its input, with weights in float32.</summary>
    Input,

    /// <summary>The type of its input, to which its weights are cast.</summary>
    InputAndWeights,
}
