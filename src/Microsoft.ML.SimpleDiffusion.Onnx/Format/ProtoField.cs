using System.Text;
using Google.Protobuf;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Format;

/// <summary>A field of a protobuf message: a number, or bytes, which are text or a message in turn. Nothing is copied.</summary>
/// <param name="Id">Number of the field.</param>
/// <param name="Value">The number, of a field that is one.</param>
/// <param name="Content">The bytes, of a field that is not a number.</param>
internal readonly record struct ProtoField(int Id, long? Value, ArraySegment<byte> Content)
{
    /// <summary>The fields of a message that has been read already, whose bytes were not kept.</summary>
    public List<ProtoField>? Parts { get; init; }

    /// <summary>How many bytes there were, of a field whose bytes were not kept.</summary>
    public long? Skipped { get; init; }

    /// <summary>The field as a message.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public List<ProtoField> Message => Parts ?? Of(Bytes);

    /// <summary>How many bytes the field has.</summary>
    /// <exception cref="FormatException">It is a number.</exception>
    public long Length => Skipped ?? Bytes.Count;

    /// <summary>The field as text.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>The field as bytes.</summary>
    /// <exception cref="FormatException">It is a number.</exception>
    public ArraySegment<byte> Bytes => Value is null ? Content : throw Damaged($"field {Id} is a number");

    /// <summary>The field as a whole number.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public long Number => Value ?? throw Damaged($"field {Id} is no number");

    /// <summary>The fields of a message, in order.</summary>
    /// <param name="message">Its bytes.</param>
    /// <exception cref="FormatException">It is no message.</exception>
    public static List<ProtoField> Of(ArraySegment<byte> message)
    {
        var fields = new List<ProtoField>();
        try
        {
            using var input = new CodedInputStream(message.Array!, message.Offset, message.Count);
            while (input.ReadTag() is uint tag and not 0)
            {
                fields.Add(Read(input, tag, message.Array!));
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new FormatException($"The ONNX file is damaged, or is none: {e.Message}", e);
        }

        return fields;
    }

    public static FormatException Damaged(string how) => new($"The ONNX file is damaged: {how}.");

    private static ProtoField Read(CodedInputStream input, uint tag, byte[] buffer)
    {
        int id = WireFormat.GetTagFieldNumber(tag);
        switch (WireFormat.GetTagWireType(tag))
        {
            case WireFormat.WireType.Varint:
                return new ProtoField(id, input.ReadInt64(), default);
            case WireFormat.WireType.Fixed32:
                return new ProtoField(id, input.ReadFixed32(), default);
            case WireFormat.WireType.LengthDelimited:
                int start = (int)input.Position;
                input.SkipLastField();
                using (var length = new CodedInputStream(buffer, start, (int)input.Position - start))
                {
                    int count = length.ReadLength();
                    return new ProtoField(id, null, new ArraySegment<byte>(buffer, (int)input.Position - count, count));
                }

            default:
                throw Damaged($"field {id} is of a kind that ONNX does not have");
        }
    }
}
