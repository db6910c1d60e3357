namespace ExampleData.Scenes;

/// <summary>A drawn picture with its caption: a row of the training data.</summary>
public sealed class CaptionedPixels
{
    /// <summary>Planar RGB [3, size, size], 0 to 255.</summary>
    public byte[] Pixels { get; set; } = [];

    public string Caption { get; set; } = string.Empty;
}
