using Google.Protobuf;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Format;

/// <summary>A protobuf message to write: its fields in the order in which they were added. What is large is made when it is written.</summary>
internal sealed class OnnxMessage
{
    private readonly List<Action<CodedOutputStream>> _fields = [];

    /// <summary>Bytes of the message.</summary>
    public long Length { get; private set; }

    /// <summary>A message of texts.</summary>
    public static OnnxMessage Entry(string key, string value) => new OnnxMessage().Add(Fields.EntryKey, key).Add(Fields.EntryValue, value);

    public OnnxMessage Add(int field, long value)
        => Add(field, WireFormat.WireType.Varint, CodedOutputStream.ComputeInt64Size(value), output => output.WriteInt64(value));

    public OnnxMessage Add(int field, float value)
        => Add(field, WireFormat.WireType.Fixed32, CodedOutputStream.ComputeFloatSize(value), output => output.WriteFloat(value));

    public OnnxMessage Add(int field, string value)
        => Add(field, WireFormat.WireType.LengthDelimited, CodedOutputStream.ComputeStringSize(value), output => output.WriteString(value));

    /// <summary>Adds a message, which must be complete.</summary>
    public OnnxMessage Add(int field, OnnxMessage value)
    {
        int length = checked((int)value.Length);
        return Add(field, WireFormat.WireType.LengthDelimited, CodedOutputStream.ComputeLengthSize(length) + value.Length, output =>
        {
            output.WriteLength(length);
            value.WriteTo(output);
        });
    }

    /// <summary>Adds bytes that are made when they are written.</summary>
    /// <param name="field">Number of the field.</param>
    /// <param name="length">How many there will be.</param>
    /// <param name="content">Makes them.</param>
    public OnnxMessage Add(int field, int length, Func<byte[]> content)
        => Add(field, WireFormat.WireType.LengthDelimited, CodedOutputStream.ComputeLengthSize(length) + length, output => output.WriteBytes(UnsafeByteOperations.UnsafeWrap(content())));

    public void WriteTo(CodedOutputStream output)
    {
        foreach (var write in _fields)
        {
            write(output);
        }
    }

    private OnnxMessage Add(int field, WireFormat.WireType type, long length, Action<CodedOutputStream> write)
    {
        Length += CodedOutputStream.ComputeTagSize(field) + length;
        _fields.Add(output =>
        {
            output.WriteTag(field, type);
            write(output);
        });
        return this;
    }
}
