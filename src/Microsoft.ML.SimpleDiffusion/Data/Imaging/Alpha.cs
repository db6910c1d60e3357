namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>
/// Transparency of planar pixels [4, H, W]. Models learn colours that are premultiplied with alpha, as Skia's bitmaps and ML.NET's images hold them, so that
/// pixels that nobody sees have no colour to be learnt. Pixel vectors hold straight colours, as files do. Pixels without alpha are returned as they are.
/// </summary>
internal static class Alpha
{
    /// <summary>Straight colours times alpha.</summary>
    public static byte[] Premultiply(byte[] straight, ImageSize size) => Convert(straight, size, static (color, alpha) => ((color * alpha) + (byte.MaxValue / 2)) / byte.MaxValue);

    /// <summary>Premultiplied colours over alpha. What is fully transparent is black.</summary>
    public static byte[] Unpremultiply(byte[] premultiplied, ImageSize size)
        => Convert(premultiplied, size, static (color, alpha) => alpha == 0 ? 0 : Math.Min(((color * byte.MaxValue) + (alpha / 2)) / alpha, byte.MaxValue));

    /// <summary>Whether nothing shows through.</summary>
    public static bool IsOpaque(ReadOnlySpan<byte> planar, ImageSize size) => !size.HasAlpha || !planar[(size.Length / size.Channels * 3)..].ContainsAnyExcept(byte.MaxValue);

    private static byte[] Convert(byte[] planar, ImageSize size, Func<int, int, int> convert)
    {
        if (!size.HasAlpha)
        {
            return planar;
        }

        int area = size.Height * size.Width;
        byte[] converted = [.. planar];
        for (int i = 0; i < 3 * area; i++)
        {
            converted[i] = (byte)convert(planar[i], planar[(3 * area) + (i % area)]);
        }

        return converted;
    }
}
