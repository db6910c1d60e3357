namespace Microsoft.ML.SimpleDiffusion.Onnx.Format;

/// <summary>Field numbers of onnx.proto, of the messages that are written and read here.</summary>
internal static class Fields
{
    public const int ModelIrVersion = 1;
    public const int ModelProducerName = 2;
    public const int ModelProducerVersion = 3;
    public const int ModelDocString = 6;
    public const int ModelGraph = 7;
    public const int ModelOpset = 8;
    public const int ModelMetadata = 14;

    public const int OpsetDomain = 1;
    public const int OpsetVersion = 2;

    public const int GraphNode = 1;
    public const int GraphName = 2;
    public const int GraphInitializer = 5;
    public const int GraphInput = 11;
    public const int GraphOutput = 12;

    public const int NodeInput = 1;
    public const int NodeOutput = 2;
    public const int NodeName = 3;
    public const int NodeOperator = 4;
    public const int NodeAttribute = 5;
    public const int NodeDomain = 7;

    public const int AttributeName = 1;
    public const int AttributeFloat = 2;
    public const int AttributeInt = 3;
    public const int AttributeText = 4;
    public const int AttributeGraph = 6;
    public const int AttributeInts = 8;
    public const int AttributeType = 20;

    public const int TensorDimension = 1;
    public const int TensorType = 2;
    public const int TensorName = 8;
    public const int TensorRawData = 9;
    public const int TensorExternalData = 13;
    public const int TensorLocation = 14;

    public const int ValueName = 1;
    public const int ValueType = 2;
    public const int TypeTensor = 1;
    public const int TensorTypeElement = 1;
    public const int TensorTypeShape = 2;
    public const int ShapeDimension = 1;
    public const int DimensionValue = 1;
    public const int DimensionName = 2;

    public const int EntryKey = 1;
    public const int EntryValue = 2;
}

/// <summary>Types of numbers, as onnx.proto counts them.</summary>
internal enum ElementType
{
    Float32 = 1,

    /// <summary>Only outputs are of this type, no constants.</summary>
    UInt8 = 2,
    Int64 = 7,
    Bool = 9,
    Float16 = 10,
}

/// <summary>Sizes of types of numbers.</summary>
internal static class ElementTypes
{
    /// <summary>Bytes of a number.</summary>
    /// <exception cref="FormatException">It is none of the types that are used here.</exception>
    public static int SizeOf(ElementType type) => type switch
    {
        ElementType.Float32 => sizeof(float),
        ElementType.Int64 => sizeof(long),
        ElementType.Bool => sizeof(bool),
        ElementType.Float16 => sizeof(ushort),
        _ => throw new FormatException($"The ONNX file has numbers of type {(int)type}: expected float32, float16, int64 or Boolean."),
    };
}
