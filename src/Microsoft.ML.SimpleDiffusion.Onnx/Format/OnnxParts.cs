using System.Globalization;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Format;

/// <summary>A side of a tensor: a number, or a name for one that is known when the graph runs.</summary>
internal readonly struct OnnxDimension
{
    private readonly long _value;
    private readonly string? _name;

    public OnnxDimension(long value) => _value = value;

    public OnnxDimension(string name) => _name = name;

    public static implicit operator OnnxDimension(int value) => new(value);

    public static implicit operator OnnxDimension(string name) => new(name);

    public override string ToString() => _name ?? _value.ToString(CultureInfo.InvariantCulture);

    public OnnxMessage ToMessage() => _name is null ? new OnnxMessage().Add(Fields.DimensionValue, _value) : new OnnxMessage().Add(Fields.DimensionName, _name);
}

/// <summary>A setting of an operator.</summary>
internal readonly struct OnnxAttribute
{
    // How onnx.proto counts kinds of attributes.
    private const int FloatKind = 1;
    private const int IntKind = 2;
    private const int TextKind = 3;
    private const int GraphKind = 5;
    private const int IntsKind = 7;

    private readonly OnnxMessage _message;

    public OnnxAttribute(string name, float value) => _message = Named(name).Add(Fields.AttributeFloat, value).Add(Fields.AttributeType, FloatKind);

    public OnnxAttribute(string name, long value) => _message = Named(name).Add(Fields.AttributeInt, value).Add(Fields.AttributeType, IntKind);

    public OnnxAttribute(string name, string value) => _message = Named(name).Add(Fields.AttributeText, value).Add(Fields.AttributeType, TextKind);

    public OnnxAttribute(string name, long[] values)
    {
        _message = Named(name);
        foreach (long value in values)
        {
            _message.Add(Fields.AttributeInts, value);
        }

        _message.Add(Fields.AttributeType, IntsKind);
    }

    /// <summary>A body, which must be complete.</summary>
    public OnnxAttribute(string name, OnnxGraph body) => _message = Named(name).Add(Fields.AttributeGraph, body.ToMessage(null)).Add(Fields.AttributeType, GraphKind);

    public OnnxMessage ToMessage() => _message;

    private static OnnxMessage Named(string name) => new OnnxMessage().Add(Fields.AttributeName, name);
}

/// <summary>A constant of a graph.</summary>
/// <param name="name">Its name.</param>
/// <param name="type">Type of its numbers.</param>
/// <param name="shape">Its dimensions.</param>
/// <param name="content">Makes its bytes, little-endian, when they are written.</param>
internal sealed class OnnxInitializer(string name, ElementType type, long[] shape, Func<byte[]> content)
{
    /// <summary>In a file of external data constants begin at multiples of this, so that they can be mapped into memory.</summary>
    private const int Alignment = 4096;

    private const int LargeFrom = 1024;

    private const int ExternalLocation = 1;

    /// <summary>Bytes of its numbers.</summary>
    public int Length { get; } = checked((int)(shape.Aggregate(1L, (product, side) => product * side) * ElementTypes.SizeOf(type)));

    /// <summary>The same with the gap to the next in a file of external data.</summary>
    public long AlignedLength => ((long)Length + Alignment - 1) / Alignment * Alignment;

    /// <summary>Whether it is worth a place in a file of external data.</summary>
    public bool IsLarge => Length >= LargeFrom;

    /// <exception cref="InvalidOperationException">There are more or fewer numbers than the shape says.</exception>
    public byte[] Content()
    {
        byte[] bytes = content();
        return bytes.Length == Length ? bytes : throw new InvalidOperationException($"The constant '{name}' has {bytes.Length} bytes instead of {Length}.");
    }

    /// <summary>The constant with its numbers.</summary>
    public OnnxMessage ToMessage() => Header().Add(Fields.TensorRawData, Length, Content);

    /// <summary>The constant with the place of its numbers in a file.</summary>
    public OnnxMessage ToMessage(string file, long offset) => Header()
        .Add(Fields.TensorExternalData, OnnxMessage.Entry("location", file))
        .Add(Fields.TensorExternalData, OnnxMessage.Entry("offset", offset.ToString(CultureInfo.InvariantCulture)))
        .Add(Fields.TensorExternalData, OnnxMessage.Entry("length", Length.ToString(CultureInfo.InvariantCulture)))
        .Add(Fields.TensorLocation, ExternalLocation);

    private OnnxMessage Header()
    {
        var message = new OnnxMessage();
        foreach (long side in shape)
        {
            message.Add(Fields.TensorDimension, side);
        }

        return message.Add(Fields.TensorType, (long)type).Add(Fields.TensorName, name);
    }
}
