namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>What is read of a generated row.</summary>
internal sealed class GeneratedRow
{
    /// <summary>Planar RGB, 0 to 255.</summary>
    public float[] GeneratedPixels { get; set; } = [];

    public string Label { get; set; } = string.Empty;
}
