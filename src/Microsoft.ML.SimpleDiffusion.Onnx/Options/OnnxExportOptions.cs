namespace Microsoft.ML.SimpleDiffusion.Onnx;

/// <summary>How a model is written as ONNX.</summary>
public sealed class OnnxExportOptions
{
    /// <summary>The most that <see cref="ExternalDataFromBytes"/> can be: a file of ONNX ends at 2 GB.</summary>
    internal const long MaxInlineBytes = 1_900_000_000;

    /// <summary>What products are computed in. Inputs and outputs stay as they are. Default: <see cref="OnnxPrecision.Float32"/>.</summary>
    public OnnxPrecision Precision { get; set; } = OnnxPrecision.Float32;

    /// <summary>
    /// Bytes of weights, 1 to 1,900,000,000 (default), from which they go to a second file beside the first, with .data behind its name: ONNX files end at 2 GB.
    /// </summary>
    public long ExternalDataFromBytes { get; set; } = MaxInlineBytes;

    /// <summary>
    /// Whether the file is a whole sampler instead of the network: noise and a condition in, images as bytes out, in one run. Sampler, steps, guidance and
    /// thresholding are those of the transformer that is exported. Such a file is for other runtimes, such as a browser:
    /// <see cref="SimpleDiffusionOnnxCatalog.ApplySimpleDiffusionOnnx"/> reads networks alone. Default: false.
    /// </summary>
    public bool WholeSampler { get; set; }

    internal OnnxExportOptions Clone() => (OnnxExportOptions)MemberwiseClone();
}
