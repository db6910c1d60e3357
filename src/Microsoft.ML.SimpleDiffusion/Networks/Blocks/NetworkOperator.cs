namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

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
