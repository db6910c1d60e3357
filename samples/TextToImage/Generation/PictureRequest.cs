namespace TextToImage.Generation;

/// <summary>What a trained model is asked for.</summary>
internal sealed class PictureRequest
{
    public string Caption { get; set; } = string.Empty;

    /// <summary>The same seed starts from the same noise, whatever the caption and the guidance.</summary>
    public long Seed { get; set; }
}
