using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>SHA-256, by which all files of this library tell that they are whole.</summary>
internal static class Digest
{
    /// <summary>Bytes of a digest.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    /// <summary>Of a text in UTF-8.</summary>
    public static byte[] Of(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>Of bytes, hexadecimal.</summary>
    public static string HexOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Of all that a stream still has, hexadecimal.</summary>
    public static string HexOf(Stream stream) => Convert.ToHexStringLower(SHA256.HashData(stream));
}
