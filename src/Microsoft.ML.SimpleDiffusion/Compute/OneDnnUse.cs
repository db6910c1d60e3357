namespace Microsoft.ML.SimpleDiffusion.Compute;

/// <summary>Which convolutions oneDNN may compute on a machine.</summary>
internal enum OneDnnUse
{
    /// <summary>All.</summary>
    AnyChannels,

    /// <summary>Those of stride 1 whose channels of inputs and outputs are multiples of <see cref="ConvolutionCheck.Block"/>.</summary>
    FullBlocks,

    /// <summary>None: it is off.</summary>
    None,
}
