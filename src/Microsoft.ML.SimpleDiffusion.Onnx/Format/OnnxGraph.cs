using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Format;

/// <summary>An ONNX graph that is being built. Values are known by their names; a method that adds an operator returns the name of what it makes.</summary>
internal sealed class OnnxGraph
{
    private readonly OnnxGraph? _outer;
    private readonly string _name;
    private readonly List<OnnxMessage> _nodes = [];
    private readonly List<(string Name, OnnxMessage Message)> _inputs = [];
    private readonly List<(string Name, OnnxMessage Message)> _outputs = [];
    private readonly List<OnnxInitializer> _initializers = [];
    private readonly HashSet<string> _constants = [];
    private int _count;

    /// <summary>A graph, or the body of an operator in another one, whose values it sees and whose constants it shares.</summary>
    /// <param name="name">Name of the graph.</param>
    /// <param name="outer">The graph around it, or null.</param>
    public OnnxGraph(string name, OnnxGraph? outer = null) => (_name, _outer) = (name, outer);

    /// <summary>Bytes of all constants.</summary>
    public long ConstantBytes => _initializers.Sum(initializer => initializer.Length);

    /// <summary>Inputs as name, type and shape, such as "z: Float32 [N, 3, 64, 64]".</summary>
    public IReadOnlyList<string> Inputs => [.. _inputs.Select(input => input.Name)];

    /// <summary>Outputs in the same words.</summary>
    public IReadOnlyList<string> Outputs => [.. _outputs.Select(output => output.Name)];

    private OnnxGraph Root => _outer?.Root ?? this;

    /// <summary>An input or output in words.</summary>
    public static string Describe(string name, ElementType type, IEnumerable<OnnxDimension> shape) => $"{name}: {type} [{string.Join(", ", shape)}]";

    /// <param name="name">Name of the input.</param>
    /// <param name="type">Type of its numbers.</param>
    /// <param name="shape">A number or a name for each dimension.</param>
    public string Input(string name, ElementType type, params OnnxDimension[] shape)
    {
        _inputs.Add((Describe(name, type, shape), Value(name, type, shape)));
        return name;
    }

    /// <summary>Gives a value out under a name.</summary>
    /// <param name="name">Name of the output.</param>
    /// <param name="value">The value.</param>
    /// <param name="type">Type of its numbers.</param>
    /// <param name="shape">A number or a name for each dimension.</param>
    public void Output(string name, string value, ElementType type, params OnnxDimension[] shape)
    {
        AddNode("Identity", [value], [name], []);
        _outputs.Add((Describe(name, type, shape), Value(name, type, shape)));
    }

    /// <summary>Adds an operator with one output.</summary>
    public string Op(string type, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        string output = NextName(type);
        AddNode(type, inputs, [output], attributes);
        return output;
    }

    /// <summary>Adds an operator with several outputs.</summary>
    public string[] Ops(string type, int count, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        string name = NextName(type);
        string[] outputs = [.. Enumerable.Range(0, count).Select(i => $"{name}.{i}")];
        AddNode(type, inputs, outputs, attributes);
        return outputs;
    }

    /// <summary>Parts of a value along a dimension.</summary>
    public string[] Split(string value, int axis, params long[] sizes) => Ops("Split", sizes.Length, [value, Ints(sizes)], new OnnxAttribute("axis", axis));

    /// <summary>The value in another shape; 0 keeps a side and -1 follows from the others.</summary>
    public string Reshape(string value, params long[] shape) => Op("Reshape", [value, Ints(shape)]);

    public string Transpose(string value, params long[] order) => Op("Transpose", [value], new OnnxAttribute("perm", order));

    public string Cast(string value, ElementType type) => Op("Cast", [value], new OnnxAttribute("to", (long)type));

    /// <summary>A constant vector of whole numbers.</summary>
    public string Ints(params long[] values) => Constant($"ints_{string.Join('_', values)}", ElementType.Int64, [values.Length], () => Bytes<long>(values));

    /// <summary>A constant whole number.</summary>
    public string Whole(long value) => Constant($"whole_{value}", ElementType.Int64, [], () => Bytes<long>([value]));

    /// <summary>The constant true.</summary>
    public string True() => Constant("true", ElementType.Bool, [], () => [1]);

    /// <summary>A constant number.</summary>
    public string Scalar(float value) => Constant($"float_{BitConverter.SingleToInt32Bits(value):x8}", ElementType.Float32, [], () => Bytes<float>([value]));

    /// <summary>A constant of so many equal numbers.</summary>
    public string Filled(int length, float value)
        => Constant($"filled_{BitConverter.SingleToInt32Bits(value):x8}_{length}", ElementType.Float32, [length], () => Bytes<float>([.. Enumerable.Repeat(value, length)]));

    /// <summary>A constant.</summary>
    /// <param name="name">Its name. A name that is there already is the same constant.</param>
    /// <param name="type">Float32, or float16, to which the values are rounded.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <param name="values">Makes its numbers when they are written.</param>
    public string Floats(string name, ElementType type, long[] shape, Func<float[]> values)
        => Constant(name, type, shape, () => type == ElementType.Float16 ? HalfBytes(name, values()) : Bytes<float>(values()));

    /// <summary>The graph as a message.</summary>
    /// <param name="externalFile">Name of the file that large constants lie in, or null to hold them in the message.</param>
    public OnnxMessage ToMessage(string? externalFile)
    {
        var message = new OnnxMessage();
        _nodes.ForEach(node => message.Add(Fields.GraphNode, node));
        message.Add(Fields.GraphName, _name);
        long offset = 0;
        foreach (var initializer in _initializers)
        {
            bool isExternal = externalFile is not null && initializer.IsLarge;
            message.Add(Fields.GraphInitializer, isExternal ? initializer.ToMessage(externalFile!, offset) : initializer.ToMessage());
            offset += isExternal ? initializer.AlignedLength : 0;
        }

        _inputs.ForEach(input => message.Add(Fields.GraphInput, input.Message));
        _outputs.ForEach(output => message.Add(Fields.GraphOutput, output.Message));
        return message;
    }

    /// <summary>Writes the large constants as a file of their own.</summary>
    public void WriteExternalData(Stream stream)
    {
        foreach (var initializer in _initializers.Where(initializer => initializer.IsLarge))
        {
            stream.Write(initializer.Content());
            stream.Write(new byte[initializer.AlignedLength - initializer.Length]);
        }
    }

    private static OnnxMessage Value(string name, ElementType type, OnnxDimension[] shape)
    {
        var dimensions = new OnnxMessage();
        foreach (var dimension in shape)
        {
            dimensions.Add(Fields.ShapeDimension, dimension.ToMessage());
        }

        var tensor = new OnnxMessage().Add(Fields.TensorTypeElement, (long)type).Add(Fields.TensorTypeShape, dimensions);
        return new OnnxMessage().Add(Fields.ValueName, name).Add(Fields.ValueType, new OnnxMessage().Add(Fields.TypeTensor, tensor));
    }

    private static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged
        => MemoryMarshal.AsBytes(values).ToArray();

    private static byte[] HalfBytes(string name, float[] values)
    {
        var halves = Array.ConvertAll(values, value => (Half)value);
        return Array.TrueForAll(halves, Half.IsFinite)
            ? Bytes<Half>(halves)
            : throw new InvalidOperationException($"The weight '{name}' does not fit into half precision: export in {nameof(OnnxPrecision.Float32)}.");
    }

    private string Constant(string name, ElementType type, long[] shape, Func<byte[]> content)
    {
        var root = Root;
        if (root._constants.Add(name))
        {
            root._initializers.Add(new OnnxInitializer(name, type, shape, content));
        }

        return name;
    }

    private string NextName(string type) => $"{_name}/{type}_{_count++}";

    private void AddNode(string type, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, ReadOnlySpan<OnnxAttribute> attributes)
    {
        var node = new OnnxMessage();
        foreach (string input in inputs)
        {
            node.Add(Fields.NodeInput, input);
        }

        foreach (string output in outputs)
        {
            node.Add(Fields.NodeOutput, output);
        }

        node.Add(Fields.NodeName, $"{outputs[0]}:{type}").Add(Fields.NodeOperator, type);
        foreach (var attribute in attributes)
        {
            node.Add(Fields.NodeAttribute, attribute.ToMessage());
        }

        _nodes.Add(node);
    }
}
