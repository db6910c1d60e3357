namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>Turns planar images by 90°.</summary>
internal static class QuarterTurn
{
    /// <summary>Clockwise: what was the left column becomes the top row.</summary>
    /// <param name="planar">Pixels [C, H, W].</param>
    /// <param name="size">C, H and W.</param>
    /// <returns>Pixels [C, W, H].</returns>
    public static byte[] Clockwise(ReadOnlySpan<byte> planar, ImageSize size) => Clockwise(planar, size, PixelFormat.Bytes);

    /// <param name="record">An image [C, H, W].</param>
    /// <param name="size">C, H and W.</param>
    /// <param name="format">How its pixels are held.</param>
    /// <returns>An image [C, W, H].</returns>
    /// <inheritdoc cref="Clockwise(ReadOnlySpan{byte}, ImageSize)" path="/summary"/>
    public static byte[] Clockwise(ReadOnlySpan<byte> record, ImageSize size, PixelFormat format)
    {
        var turned = new byte[record.Length];
        if (format.IsBytes)
        {
            Clockwise(record, turned.AsSpan(), size);
        }
        else
        {
            Clockwise(PixelFormat.Floats(record), PixelFormat.Floats(turned.AsSpan()), size);
        }

        return turned;
    }

    /// <summary>Counterclockwise, which undoes <see cref="Clockwise(ReadOnlySpan{byte}, ImageSize)"/>: what was the top row becomes the left column.</summary>
    /// <inheritdoc cref="Clockwise(ReadOnlySpan{byte}, ImageSize)" path="/param|/returns"/>
    public static byte[] Counterclockwise(ReadOnlySpan<byte> planar, ImageSize size) => Counterclockwise(planar, size, PixelFormat.Bytes);

    /// <inheritdoc cref="Counterclockwise(ReadOnlySpan{byte}, ImageSize)" path="/summary"/>
    /// <inheritdoc cref="Clockwise(ReadOnlySpan{byte}, ImageSize, PixelFormat)" path="/param|/returns"/>
    public static byte[] Counterclockwise(ReadOnlySpan<byte> record, ImageSize size, PixelFormat format)
    {
        var turned = new byte[record.Length];
        if (format.IsBytes)
        {
            Counterclockwise(record, turned.AsSpan(), size);
        }
        else
        {
            Counterclockwise(PixelFormat.Floats(record), PixelFormat.Floats(turned.AsSpan()), size);
        }

        return turned;
    }

    private static void Clockwise<T>(ReadOnlySpan<T> planar, Span<T> turned, ImageSize size)
    {
        int next = 0;
        for (int channel = 0; channel < size.Channels; channel++)
        {
            var plane = planar.Slice(channel * size.Height * size.Width, size.Height * size.Width);
            for (int x = 0; x < size.Width; x++)
            {
                for (int y = size.Height - 1; y >= 0; y--)
                {
                    turned[next++] = plane[(y * size.Width) + x];
                }
            }
        }
    }

    private static void Counterclockwise<T>(ReadOnlySpan<T> planar, Span<T> turned, ImageSize size)
    {
        int next = 0;
        for (int channel = 0; channel < size.Channels; channel++)
        {
            var plane = planar.Slice(channel * size.Height * size.Width, size.Height * size.Width);
            for (int x = size.Width - 1; x >= 0; x--)
            {
                for (int y = 0; y < size.Height; y++)
                {
                    turned[next++] = plane[(y * size.Width) + x];
                }
            }
        }
    }
}
