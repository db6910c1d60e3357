using System.Security.Cryptography;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Pictures;

/// <summary>What tells a set of pictures from another: how many they are, and the SHA-256 of all their pixels as the network sees them, in order.</summary>
internal sealed record PictureDigest(int Count, string Sha256)
{
    /// <summary>Of all pictures of some windows, each of which is then given on.</summary>
    /// <param name="windows">The pictures. Read once.</param>
    /// <param name="use">Is given each window.</param>
    public static PictureDigest Of(IEnumerable<byte[][]> windows, Action<byte[][]> use)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int count = 0;
        foreach (byte[][] window in windows)
        {
            Array.ForEach(window, pixels => hash.AppendData(pixels));
            count += window.Length;
            use(window);
        }

        return new PictureDigest(count, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
