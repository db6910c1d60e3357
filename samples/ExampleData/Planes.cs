namespace ExampleData;

/// <summary>Square pictures as planar RGB [3, size, size], 0 to 255.</summary>
public static class Planes
{
    private const int Channels = 3;

    /// <summary>From size×size RGBA pixels.</summary>
    public static byte[] FromRgba(ReadOnlySpan<byte> rgba, int size)
    {
        int area = size * size;
        var planes = new byte[Channels * area];
        for (int i = 0; i < area; i++)
        {
            planes[i] = rgba[4 * i];
            planes[area + i] = rgba[(4 * i) + 1];
            planes[(2 * area) + i] = rgba[(4 * i) + 2];
        }

        return planes;
    }
}
