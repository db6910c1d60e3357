namespace TextToImage.Captions;

/// <summary>What composing adds to a row.</summary>
internal sealed class ComposedImage
{
    /// <summary>An opaque picture as the bytes of an image file.</summary>
    public byte[] Image { get; set; } = [];
}
