namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>Turns planar images by 90°.</summary>
internal static class QuarterTurn
{
    /// <summary>Clockwise: what was the left column becomes the top row.</summary>
    /// <param name="planar">Pixels [C, H, W].</param>
    /// <param name="size">C, H and W.</param>
    /// <returns>Pixels [C, W, H].</returns>
    public static byte[] Clockwise(ReadOnlySpan<byte> planar, ImageSize size)
    {
        var turned = new byte[size.Length];
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

        return turned;
    }

    /// <summary>Counterclockwise, which undoes <see cref="Clockwise"/>: what was the top row becomes the left column.</summary>
    /// <inheritdoc cref="Clockwise" path="/param|/returns"/>
    public static byte[] Counterclockwise(ReadOnlySpan<byte> planar, ImageSize size)
    {
        var turned = new byte[size.Length];
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

        return turned;
    }
}
