namespace Microsoft.ML.SimpleDiffusion.Onnx.Format;

/// <summary>What a walk through an ONNX file has found, before anything computes with it.</summary>
internal sealed record OnnxContents
{
    /// <summary>SHA-256 of the whole file, hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Texts by their keys.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Inputs, as <see cref="OnnxGraph.Inputs"/> says them.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Outputs, as <see cref="OnnxGraph.Outputs"/> says them.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>Constants by their names.</summary>
    public required IReadOnlyDictionary<string, OnnxConstant> Constants { get; init; }
}

/// <summary>A constant of a graph.</summary>
/// <param name="Type">Type of its numbers.</param>
/// <param name="Count">How many there are.</param>
/// <param name="External">Where they lie, if not in the file.</param>
internal sealed record OnnxConstant(ElementType Type, long Count, ExternalPlace? External);

/// <summary>A place in a file beside the ONNX file.</summary>
internal sealed record ExternalPlace(string File, long Offset, long Length);
