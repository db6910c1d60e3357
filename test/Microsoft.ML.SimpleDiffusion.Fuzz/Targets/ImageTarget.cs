using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Decodes small pictures of all formats.</summary>
internal sealed class ImageTarget : FuzzTarget
{
    private static readonly ImageSize Size = new(3, 8, 8);

    public override string Name => "image";

    public override IReadOnlyList<byte[]> Corpus { get; } =
    [
        Encode(SKEncodedImageFormat.Png, 100),
        Encode(SKEncodedImageFormat.Jpeg, 90),
        Encode(SKEncodedImageFormat.Webp, 100),
        Encode(SKEncodedImageFormat.Webp, 50),
        OddImages.AnimatedGif(),
        OddImages.CmykJpeg(200, 100, 50, 200),
        OddImages.DeepPng(8, 1000, 20000, 60000),
        Bitmap(),
    ];

    public override void Read(byte[] input)
    {
        if (ImageDecoder.Decode(input, Size).Length != Size.Length)
        {
            throw new InvalidDataException("the picture has another size");
        }
    }

    public override bool IsDeclared(Exception exception) => exception is ImageFormatException;

    private static byte[] Encode(SKEncodedImageFormat format, int quality)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(24, 16, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int y = 0; y < bitmap.Height; y++)
        {
            for (int x = 0; x < bitmap.Width; x++)
            {
                bitmap.SetPixel(x, y, new SKColor((byte)(10 * x), (byte)(15 * y), (byte)(x * y), (byte)(255 - x)));
            }
        }

        using var data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    /// <summary>A BMP file of 8×8 pixels with 24 bits each.</summary>
    private static byte[] Bitmap()
        => [.. "BM"u8, 246, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0, 1, 0, 24, 0, .. new byte[24], .. Enumerable.Repeat((byte)99, 192)];
}
