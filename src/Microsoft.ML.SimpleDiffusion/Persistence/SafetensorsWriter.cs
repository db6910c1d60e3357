using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
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
    /// <param name="precision">Type of the numbers in the file.</param>
    /// <returns>The checksum that the file has under <see cref="ChecksumKey"/>.</returns>
    /// <exception cref="InvalidOperationException">A number is too large for the precision.</exception>
    public static string Write(
        Stream stream, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null, WeightPrecision precision = WeightPrecision.Float32)
    {
        string checksum = Convert.ToHexStringLower(Checksum(tensors, precision));
        var allMetadata = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>()) { [ChecksumKey] = checksum };
        byte[] header = SafetensorsHeader.Write(Entries(tensors, precision), allMetadata);
        int padded = (header.Length + Alignment - 1) / Alignment * Alignment;
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)padded);
        stream.Write(length);
        stream.Write(header);
        for (int i = header.Length; i < padded; i++)
        {
            stream.WriteByte((byte)' ');
        }

        foreach (var named in tensors)
        {
            ForEachPiece(named, precision, bytes => stream.Write(bytes));
        }

        return checksum;
    }

    private static IEnumerable<SafetensorsEntry> Entries(IReadOnlyList<NamedTensor> tensors, WeightPrecision precision)
    {
        string type = SafetensorsNumbers.TypeOf(precision);
        int size = SafetensorsNumbers.SizeOf(type)!.Value;
        long begin = 0;
        foreach (var (name, tensor) in tensors)
        {
            if (tensor.dtype != ScalarType.Float32)
            {
                throw new ArgumentException($"The tensor '{name}' is {tensor.dtype}, but only float32 is written.", nameof(tensors));
            }

            long end = begin + (tensor.numel() * size);
            yield return new SafetensorsEntry(name, type, tensor.shape, begin, end);
            begin = end;
        }
    }

    private static byte[] Checksum(IReadOnlyList<NamedTensor> tensors, WeightPrecision precision)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var named in tensors)
        {
            ForEachPiece(named, precision, bytes => hash.AppendData(bytes));
        }

        return hash.GetHashAndReset();
    }

    private static void ForEachPiece(NamedTensor named, WeightPrecision precision, TensorBytes.Piece action)
    {
        if (precision == WeightPrecision.Float32)
        {
            TensorBytes.Read(named.Tensor, action);
            return;
        }

        TensorBytes.Read(named.Tensor, bytes =>
        {
            var numbers = MemoryMarshal.Cast<byte, float>(bytes);
            if (MathF.Abs(TensorPrimitives.MaxMagnitude<float>(numbers)) > (float)Half.MaxValue)
            {
                throw new InvalidOperationException($"The weight '{named.Name}' has numbers above 65,504, the largest in half precision: save the model in Float32.");
            }

            var halves = new Half[numbers.Length];
            TensorPrimitives.ConvertToHalf(numbers, halves);
            action(MemoryMarshal.AsBytes(halves.AsSpan()));
        });
    }
}
