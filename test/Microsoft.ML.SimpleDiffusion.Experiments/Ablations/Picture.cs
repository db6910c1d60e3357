namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>A picture of known size with its class: a row of the training data, or of what a model generated.</summary>
internal sealed class Picture
{
    /// <summary>Planar RGB [3, size, size], 0 to 255.</summary>
    public byte[] Pixels { get; set; } = [];

    public string Label { get; set; } = string.Empty;
}
