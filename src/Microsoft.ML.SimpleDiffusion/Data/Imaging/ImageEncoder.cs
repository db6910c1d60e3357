using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>Turns planar pixels into ML.NET images.</summary>
internal static class ImageEncoder
{
    /// <param name="planar">Pixels [C, H, W], 0 to 255.</param>
    /// <param name="size">C, H and W.</param>
    public static MLImage ToMLImage(ReadOnlySpan<byte> planar, ImageSize size)
    {
        int area = size.Height * size.Width;
        var pixels = new byte[4 * area];
        for (int i = 0; i < area; i++)
        {
            pixels[4 * i] = planar[i];
            pixels[(4 * i) + 1] = planar[size.Channels == 1 ? i : area + i];
            pixels[(4 * i) + 2] = planar[size.Channels == 1 ? i : (2 * area) + i];
            pixels[(4 * i) + 3] = byte.MaxValue;
        }

        return MLImage.CreateFromPixels(size.Width, size.Height, MLPixelFormat.Rgba32, pixels);
    }
}
