namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>Size of the images that a model is trained on.</summary>
/// <param name="Channels">1 for grey, 3 for RGB, 4 for RGBA, whose colours are premultiplied with alpha; others, up to 16, have no meaning here.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Width">In pixels.</param>
internal readonly record struct ImageSize(int Channels, int Height, int Width)
{
    public const int MaxChannels = 16;

    /// <summary>Whether the last channel is alpha.</summary>
    public bool HasAlpha => Channels == 4;

    /// <summary>Whether images in the usual sense have such channels.</summary>
    public bool IsPicture => Channels is 1 or 3 or 4;

    /// <summary>Pixel values of an image; bytes, unless the pixels have another format.</summary>
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
    /// <summary>How the pixels are held. Bytes unless it is said otherwise.</summary>
    public PixelFormat Pixels { get; init; } = PixelFormat.Bytes;

    /// <summary>The format of a model's training images.</summary>
    public static TargetFormat Of(SimpleDiffusionOptions options) => new(ImageSize.Of(options), options.Network.PortraitFlag) { Pixels = PixelFormat.Of(options) };

    /// <summary>The size for an image of the given width and height.</summary>
    public ImageSize For(int width, int height) => AllowsPortrait && height > width ? Size.Transposed : Size;
}
