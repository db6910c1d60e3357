namespace TextToImage.Captions;

/// <summary>A row of a captions file.</summary>
internal sealed class CaptionedFile
{
    /// <summary>A picture's file.</summary>
    public string ImagePath { get; set; } = string.Empty;

    public string Caption { get; set; } = string.Empty;
}
