using System.Buffers.Binary;
using System.Security.Cryptography;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>Writes safetensors files: the length of a JSON header, the header, and the bare numbers, little-endian.</summary>
internal static class SafetensorsWriter
{
    /// <summary>Key of the SHA-256 of all bytes after the header, so that a flipped bit is noticed.</summary>
    public const string ChecksumKey = "sha256";

    private const int Alignment = 8;

    /// <param name="stream">Where to; need not be seekable.</param>
    /// <param name="tensors">Contiguous float32 tensors.</param>
    /// <param name="metadata">Additional texts.</param>
    /// <returns>The checksum that the file has under <see cref="ChecksumKey"/>.</returns>
    public static string Write(Stream stream, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        string checksum = Convert.ToHexStringLower(Checksum(tensors));
        var allMetadata = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>()) { [ChecksumKey] = checksum };
        byte[] header = SafetensorsHeader.Write(Entries(tensors), allMetadata);
        int padded = (header.Length + Alignment - 1) / Alignment * Alignment;
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)padded);
        stream.Write(length);
        stream.Write(header);
        for (int i = header.Length; i < padded; i++)
        {
            stream.WriteByte((byte)' ');
        }

        foreach (var (_, tensor) in tensors)
        {
            TensorBytes.Read(tensor, bytes => stream.Write(bytes));
        }

        return checksum;
    }

    private static IEnumerable<SafetensorsEntry> Entries(IReadOnlyList<NamedTensor> tensors)
    {
        long begin = 0;
        foreach (var (name, tensor) in tensors)
        {
            if (tensor.dtype != ScalarType.Float32)
            {
                throw new ArgumentException($"The tensor '{name}' is {tensor.dtype}, but only float32 is written.", nameof(tensors));
            }

            long end = begin + (tensor.numel() * sizeof(float));
            yield return new SafetensorsEntry(name, "F32", tensor.shape, begin, end);
            begin = end;
        }
    }

    private static byte[] Checksum(IReadOnlyList<NamedTensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, tensor) in tensors)
        {
            TensorBytes.Read(tensor, bytes => hash.AppendData(bytes));
        }

        return hash.GetHashAndReset();
    }
}
