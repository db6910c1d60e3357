namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>Size of the images that a model is trained on.</summary>
/// <param name="Channels">3 for RGB or 1 for grey.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Width">In pixels.</param>
internal readonly record struct ImageSize(int Channels, int Height, int Width)
{
    /// <summary>Bytes of an image.</summary>
    public int Length => Channels * Height * Width;

    /// <summary>With height and width exchanged.</summary>
    public ImageSize Transposed => new(Channels, Width, Height);

    public static ImageSize Of(SimpleDiffusionOptions options) => new(options.Channels, options.ImageHeight, options.ImageWidth);
}

/// <summary>The format that images are brought to.</summary>
/// <param name="Size">The model's size.</param>
/// <param name="AllowsPortrait">Whether images that are higher than wide get that size with height and width exchanged.</param>
internal readonly record struct TargetFormat(ImageSize Size, bool AllowsPortrait)
{
    /// <summary>The size for an image of the given width and height.</summary>
    public ImageSize For(int width, int height) => AllowsPortrait && height > width ? Size.Transposed : Size;
}
