using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Tests.Support;

/// <summary>Pictures of 16×16 pixels: a disc on a background, of colours and places of their own.</summary>
internal static class SomePictures
{
    public const int Side = 16;

    /// <summary>Pictures that are always the same.</summary>
    /// <param name="count">Number of pictures.</param>
    /// <param name="seed">Which ones.</param>
    /// <param name="noise">Share of the pixels that are noise, 0 to 1.</param>
    public static IEnumerable<PictureRow> Rows(int count, int seed = 1, double noise = 0)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            yield return new PictureRow { Image = Draw(random, noise), Number = i };
        }
    }

    /// <summary>A view with the columns Image (pixels) and Number.</summary>
    public static IDataView View(MLContext context, int count, int seed = 1, double noise = 0) => context.Data.LoadFromEnumerable(Rows(count, seed, noise));

    private static byte[] Draw(Random random, double noise)
    {
        byte[] back = new byte[3], disc = new byte[3];
        random.NextBytes(back);
        random.NextBytes(disc);
        double y = 4 + (8 * random.NextDouble()), x = 4 + (8 * random.NextDouble()), radius = 2 + (4 * random.NextDouble());
        var pixels = new byte[3 * Side * Side];
        for (int i = 0; i < pixels.Length; i++)
        {
            int channel = i / (Side * Side), row = i / Side % Side, column = i % Side;
            byte drawn = Math.Pow(row - y, 2) + Math.Pow(column - x, 2) < radius * radius ? disc[channel] : back[channel];
            byte any = (byte)random.Next(256);
            pixels[i] = random.NextDouble() < noise ? any : drawn;
        }

        return pixels;
    }
}

/// <summary>A picture as a pixel vector.</summary>
internal sealed class PictureRow
{
    [VectorType(3, SomePictures.Side, SomePictures.Side)]
    public byte[] Image { get; set; } = [];

    public int Number { get; set; }
}
