namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

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
