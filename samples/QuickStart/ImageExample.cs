namespace QuickStart;

/// <summary>A training example: a picture's file and its class.</summary>
internal sealed class ImageExample
{
    public string ImagePath { get; set; } = string.Empty;

    public string Label { get; set; } = string.Empty;
}
