using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Format;

/// <summary>
/// Reads an ONNX file once, from its beginning to its end: the fields of its model, its graph and its constants. The numbers of constants, by far the most of
/// it, are counted and not kept; all bytes go into the digests.
/// </summary>
internal sealed class OnnxStream : IDisposable
{
    private const int BufferSize = 1 << 16;
    private const int MaxFieldId = (1 << 29) - 1;
    private const int MaxVarintBits = 64;

    private readonly Stream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly byte[] _tail;
    private readonly long _length;
    private long _read;
    private int _start;
    private int _end;

    /// <param name="stream">The file, at its beginning. Stays open.</param>
    /// <param name="tailLength">Bytes at the end that the second digest leaves out.</param>
    public OnnxStream(Stream stream, int tailLength)
    {
        (_stream, _length) = (stream, stream.Length);
        _tail = new byte[Math.Min(tailLength, _length)];
        SetDigestBeforeTail();
    }

    /// <summary>The last bytes, when all has been read.</summary>
    public ReadOnlySpan<byte> Tail => _tail;

    /// <summary>SHA-256 of what comes before the last bytes, hexadecimal, when all has been read.</summary>
    public string DigestBeforeTail { get; private set; } = string.Empty;

    /// <summary>SHA-256 of the whole file, hexadecimal, when all has been read.</summary>
    public string Digest { get; private set; } = string.Empty;

    private long Position => _read - (_end - _start);

    /// <summary>Reads all.</summary>
    /// <returns>The fields of the model.</returns>
    /// <exception cref="FormatException">It is no protobuf message.</exception>
    public List<ProtoField> ReadModel()
    {
        var fields = ReadMessage(_length, Part.Model);
        Digest = Convert.ToHexStringLower(_hash.GetCurrentHash());
        return fields;
    }

    public void Dispose() => _hash.Dispose();

    private static FormatException Damaged(string how) => new($"The ONNX file is damaged, or is none: {how}.");

    private static Part PartOf(Part message, int field) => (message, field) switch
    {
        (Part.Model, Fields.ModelGraph) => Part.Graph,
        (Part.Graph, Fields.GraphInitializer) => Part.Constant,
        (Part.Constant, Fields.TensorRawData) => Part.Numbers,
        _ => Part.Other,
    };

    private List<ProtoField> ReadMessage(long end, Part message)
    {
        var fields = new List<ProtoField>();
        while (Position < end)
        {
            fields.Add(ReadField(end, message));
        }

        return fields;
    }

    private ProtoField ReadField(long end, Part message)
    {
        long tag = ReadVarint(end);
        long id = tag >> 3;
        if (id is < 1 or > MaxFieldId)
        {
            throw Damaged($"it has a field {id}");
        }

        return (tag & 7) switch
        {
            0 => new ProtoField((int)id, ReadVarint(end), default),
            5 => new ProtoField((int)id, BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(sizeof(uint), end)), default),
            2 => ReadContent((int)id, PartOf(message, (int)id), ReadVarint(end), end),
            _ => throw ProtoField.Damaged($"field {id} is of a kind that ONNX does not have"),
        };
    }

    private ProtoField ReadContent(int id, Part part, long length, long end)
    {
        RequireWithin(length, end);
        switch (part)
        {
            case Part.Other:
                return new ProtoField(id, null, ReadBytes(length, end));
            case Part.Numbers:
                Skip(length);
                return new ProtoField(id, null, default) { Skipped = length };
            default:
                return new ProtoField(id, null, default) { Parts = ReadMessage(Position + length, part) };
        }
    }

    private long ReadVarint(long end)
    {
        ulong value = 0;
        for (int shift = 0; shift < MaxVarintBits; shift += 7)
        {
            RequireWithin(1, end);
            Fill();
            byte next = _buffer[_start++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return (long)value;
            }
        }

        throw Damaged("a number does not end");
    }

    private byte[] ReadBytes(long length, long end)
    {
        RequireWithin(length, end);
        var bytes = new byte[length];
        for (int done = 0; done < bytes.Length;)
        {
            Fill();
            int count = Math.Min(bytes.Length - done, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(bytes.AsSpan(done));
            _start += count;
            done += count;
        }

        return bytes;
    }

    private void Skip(long length)
    {
        while (length > 0)
        {
            Fill();
            int count = (int)Math.Min(length, _end - _start);
            _start += count;
            length -= count;
        }
    }

    private void RequireWithin(long length, long end)
    {
        if (length < 0 || length > end - Position)
        {
            throw Damaged("it ends too early");
        }
    }

    /// <summary>Reads on where the buffer is empty.</summary>
    private void Fill()
    {
        if (_start < _end)
        {
            return;
        }

        // Never across the beginning of the tail, where the first digest ends.
        long tailAt = _length - _tail.Length;
        int wanted = (int)Math.Min(BufferSize, (_read < tailAt ? tailAt : _length) - _read);
        (_start, _end) = (0, _stream.ReadAtLeast(_buffer.AsSpan(0, wanted), Math.Max(1, wanted), throwOnEndOfStream: false));
        if (_end == 0)
        {
            throw Damaged("it ends too early");
        }

        var read = _buffer.AsSpan(0, _end);
        _hash.AppendData(read);
        if (_read >= tailAt)
        {
            read.CopyTo(_tail.AsSpan((int)(_read - tailAt)));
        }

        _read += _end;
        SetDigestBeforeTail();
    }

    private void SetDigestBeforeTail()
    {
        if (_read == _length - _tail.Length)
        {
            DigestBeforeTail = Convert.ToHexStringLower(_hash.GetCurrentHash());
        }
    }

    private enum Part
    {
        Model,
        Graph,
        Constant,
        Numbers,
        Other,
    }
}
