namespace TextToImage.Generation;

/// <summary>What is read of a generated row.</summary>
internal sealed class GeneratedPicture
{
    /// <summary>Planar RGB, 0 to 255.</summary>
    public float[] GeneratedPixels { get; set; } = [];
}
