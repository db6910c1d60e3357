using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>
/// Reads safetensors files into tensors that exist already, so that no memory is taken on a file's word. Strict: names, types, shapes, order
/// without gaps and overlaps, length and checksum must all be right, and all numbers finite.
/// </summary>
internal static class SafetensorsReader
{
    private const int PieceLength = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="stream">The file; need not be seekable.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="destinations">Contiguous float32 tensors, one for each that the file must have.</param>
    /// <returns>The file's metadata.</returns>
    /// <exception cref="FormatException">The file is damaged or another one; the destinations may be partly overwritten then.</exception>
    public static IReadOnlyDictionary<string, string> Read(Stream stream, long length, IReadOnlyList<NamedTensor> destinations)
        => Read(stream, length, destinations, (named, take) => TensorBytes.Write(named.Tensor, take));

    /// <summary>Reads a file to see whether <see cref="Read(Stream, long, IReadOnlyList{NamedTensor})"/> could, and leaves the tensors as they are.</summary>
    /// <param name="stream">The file; need not be seekable.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="expected">A float32 tensor for each that the file must have.</param>
    /// <returns>The file's metadata.</returns>
    /// <exception cref="FormatException">The file is damaged or another one.</exception>
    public static IReadOnlyDictionary<string, string> Check(Stream stream, long length, IReadOnlyList<NamedTensor> expected)
    {
        var buffer = new byte[PieceLength];
        return Read(stream, length, expected, (named, take) => ForEachPiece(named.Tensor.numel() * sizeof(float), buffer, take));
    }

    /// <summary>Reads the metadata alone.</summary>
    /// <exception cref="FormatException">The header is damaged.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(Stream stream, long length) => ReadHeader(stream, length, out _).Metadata;

    private static IReadOnlyDictionary<string, string> Read(Stream stream, long length, IReadOnlyList<NamedTensor> tensors, Action<NamedTensor, TensorBytes.Piece> visit)
    {
        var header = ReadHeader(stream, length, out long dataLength);
        var ordered = Match(header, dataLength, tensors);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (named, type) in ordered)
        {
            var narrow = Array.Empty<byte>();
            visit(named, bytes =>
            {
                var numbers = MemoryMarshal.Cast<byte, float>(bytes);
                if (type == SafetensorsNumbers.Float32)
                {
                    ReadExactly(stream, bytes);
                    hash.AppendData(bytes);
                }
                else
                {
                    int length = numbers.Length * SafetensorsNumbers.SizeOf(type)!.Value;
                    narrow = narrow.Length < length ? new byte[length] : narrow;
                    ReadExactly(stream, narrow.AsSpan(0, length));
                    hash.AppendData(narrow.AsSpan(0, length));
                    SafetensorsNumbers.Widen(type, narrow.AsSpan(0, length), numbers);
                }

                RequireFinite(named.Name, numbers);
            });
        }

        VerifyChecksum(header, hash.GetHashAndReset());
        return header.Metadata;
    }

    private static void ForEachPiece(long length, byte[] buffer, TensorBytes.Piece action)
    {
        for (long left = length; left > 0;)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, left));
            action(piece);
            left -= piece.Length;
        }
    }

    private static SafetensorsHeader ReadHeader(Stream stream, long length, out long dataLength)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        ReadExactly(stream, prefix);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > SafetensorsHeader.MaxLength || (long)headerLength > length - prefix.Length)
        {
            throw new FormatException($"The safetensors file is damaged: it claims a header of {headerLength} bytes.");
        }

        var header = new byte[headerLength];
        ReadExactly(stream, header);
        dataLength = length - prefix.Length - (long)headerLength;
        return SafetensorsHeader.Parse(header);
    }

    /// <summary>The destinations in the order of the file.</summary>
    private static List<(NamedTensor Tensor, string Type)> Match(SafetensorsHeader header, long dataLength, IReadOnlyList<NamedTensor> destinations)
    {
        var wanted = destinations.ToDictionary(d => d.Name);
        var ordered = new List<(NamedTensor, string)>();
        long position = 0;
        foreach (var entry in header.Entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (!wanted.Remove(entry.Name, out var destination))
            {
                throw new FormatException($"The safetensors file has the tensor '{entry.Name}', which this model does not have.");
            }

            int? size = SafetensorsNumbers.SizeOf(entry.DataType);
            if (size is null || !entry.Shape.AsSpan().SequenceEqual(destination.Tensor.shape))
            {
                throw new FormatException(
                    $"The tensor '{entry.Name}' must be F32, F16 or BF16 [{string.Join(", ", destination.Tensor.shape)}], but is {entry.DataType} [{string.Join(", ", entry.Shape)}].");
            }

            if (entry.Begin != position || entry.End != position + (destination.Tensor.numel() * size.Value))
            {
                throw new FormatException($"The safetensors file is damaged: the tensor '{entry.Name}' lies at the wrong place.");
            }

            position = entry.End;
            ordered.Add((destination, entry.DataType));
        }

        if (wanted.Count > 0)
        {
            throw new FormatException($"The safetensors file lacks the tensor '{wanted.Keys.Order(StringComparer.Ordinal).First()}'.");
        }

        if (position != dataLength)
        {
            throw new FormatException($"The safetensors file is damaged: it has {dataLength} bytes of numbers where {position} belong.");
        }

        return ordered;
    }

    private static void VerifyChecksum(SafetensorsHeader header, byte[] actual)
    {
        if (header.Metadata.TryGetValue(SafetensorsWriter.ChecksumKey, out string? expected) && expected != Convert.ToHexStringLower(actual))
        {
            throw new FormatException("The safetensors file is damaged: its checksum is wrong.");
        }
    }

    private static void RequireFinite(string name, ReadOnlySpan<float> numbers)
    {
        // The largest magnitude is NaN if any number is.
        if (!float.IsFinite(TensorPrimitives.MaxMagnitude(numbers)))
        {
            throw new FormatException($"The tensor '{name}' has numbers that are not finite.");
        }
    }

    private static void ReadExactly(Stream stream, Span<byte> destination)
    {
        try
        {
            stream.ReadExactly(destination);
        }
        catch (EndOfStreamException e)
        {
            throw new FormatException("The safetensors file is damaged: it is too short.", e);
        }
        catch (InvalidDataException e)
        {
            throw new FormatException("The safetensors file is damaged: it cannot be decompressed.", e);
        }
    }
}
