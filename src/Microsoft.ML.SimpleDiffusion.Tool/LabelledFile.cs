namespace Microsoft.ML.SimpleDiffusion.Tool;

/// <summary>A picture's file and its class; an empty class for none.</summary>
internal sealed class LabelledFile
{
    public string ImagePath { get; set; } = string.Empty;

    public string Label { get; set; } = string.Empty;
}
