namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>The format that pictures are brought to.</summary>
/// <param name="Size">The model's size.</param>
/// <param name="AllowsPortrait">Whether pictures that are higher than wide get that size with height and width exchanged.</param>
internal readonly record struct TargetFormat(ImageSize Size, bool AllowsPortrait)
{
    /// <summary>The size for a picture of the given width and height.</summary>
    public ImageSize For(int width, int height) => AllowsPortrait && height > width ? Size.Transposed : Size;
}
