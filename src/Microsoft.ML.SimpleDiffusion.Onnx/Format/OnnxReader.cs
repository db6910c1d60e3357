using System.Globalization;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Format;

/// <summary>
/// Walks through an ONNX file before ONNX Runtime sees it, and lets nothing pass that <see cref="OnnxWriter"/> does not write: only its operators of the
/// standard domain, no graphs within graphs, no functions, no numbers outside the folder, and no byte that its checksum does not know.
/// </summary>
internal static class OnnxReader
{
    private const int MaxDimensions = 8;
    private const int MaxNameLength = 200;

    private static readonly HashSet<string> Operators =
    [
        "Abs", "Add", "AveragePool", "Cast", "Concat", "Conv", "ConvTranspose", "Cos", "DepthToSpace", "Div", "Equal", "Gather", "Gemm", "Identity",
        "InstanceNormalization", "LayerNormalization", "MatMul", "Mul", "ReduceMax", "ReduceSum", "Reshape", "Resize", "Shape", "Sigmoid", "Sin", "Slice",
        "Softmax", "Split", "Sub", "Transpose", "Unsqueeze", "Where",
    ];

    private static readonly HashSet<int> PlainAttributeFields = [Fields.AttributeName, Fields.AttributeFloat, Fields.AttributeInt, Fields.AttributeText, Fields.AttributeInts, Fields.AttributeType];

    /// <summary>Walks through a file.</summary>
    /// <param name="file">The file, at its beginning. It is read once and not kept in memory.</param>
    /// <exception cref="FormatException">It is no ONNX file, is damaged, or has something in it that exported models do not have.</exception>
    public static OnnxContents Read(Stream file)
    {
        if (file.Length > Array.MaxLength)
        {
            throw ProtoField.Damaged($"it has {file.Length} bytes");
        }

        using var walk = new OnnxStream(file, OnnxWriter.SealLength);
        var fields = walk.ReadModel();
        RequireKnown("model", fields, Fields.ModelIrVersion, Fields.ModelProducerName, Fields.ModelProducerVersion, Fields.ModelDocString, Fields.ModelGraph, Fields.ModelOpset, Fields.ModelMetadata);
        var metadata = Texts(fields.Where(field => field.Id == Fields.ModelMetadata));
        if (!metadata.TryGetValue(MetadataKeys.Format, out string? format))
        {
            throw new FormatException($"The ONNX file is not one that SaveAsOnnx has written: it has no '{MetadataKeys.Format}' in its metadata.");
        }

        RequireVersions(fields, format);
        if (metadata.GetValueOrDefault(MetadataKeys.Role) == Roles.Sampler)
        {
            throw new FormatException("The ONNX file is a whole sampler, which is for other runtimes: export the network, with OnnxExportOptions.WholeSampler left at false.");
        }

        RequireChecksum(walk, metadata);
        return ReadGraph(Single(fields, Fields.ModelGraph, "graph").Message, metadata, walk.Digest);
    }

    /// <summary>Whether a name says a file of the folder that it is looked up in, and nothing else.</summary>
    public static bool IsPlainName(string name) => name.Length is > 0 and <= MaxNameLength && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0;

    private static OnnxContents ReadGraph(List<ProtoField> fields, IReadOnlyDictionary<string, string> metadata, string sha256)
    {
        RequireKnown("graph", fields, Fields.GraphNode, Fields.GraphName, Fields.GraphInitializer, Fields.GraphInput, Fields.GraphOutput);
        foreach (var node in fields.Where(field => field.Id == Fields.GraphNode))
        {
            CheckNode(node.Message);
        }

        var constants = new Dictionary<string, OnnxConstant>();
        foreach (var field in fields.Where(field => field.Id == Fields.GraphInitializer))
        {
            var (name, constant) = ReadConstant(field.Message);
            if (!constants.TryAdd(name, constant))
            {
                throw ProtoField.Damaged($"it has two constants '{name}'");
            }
        }

        return new OnnxContents
        {
            Sha256 = sha256,
            Metadata = metadata,
            Constants = constants,
            Inputs = [.. fields.Where(field => field.Id == Fields.GraphInput).Select(field => DescribeValue(field.Bytes))],
            Outputs = [.. fields.Where(field => field.Id == Fields.GraphOutput).Select(field => DescribeValue(field.Bytes))],
        };
    }

    private static void CheckNode(List<ProtoField> fields)
    {
        string name = Single(fields, Fields.NodeOperator, "operator").Text;
        if (fields.Any(field => field.Id == Fields.NodeDomain && field.Bytes.Count > 0) || !Operators.Contains(name))
        {
            throw new FormatException($"The ONNX file uses the operator '{name}', which exported models do not have.");
        }

        RequireKnown($"operator '{name}'", fields, Fields.NodeInput, Fields.NodeOutput, Fields.NodeName, Fields.NodeOperator, Fields.NodeAttribute, Fields.NodeDomain);
        foreach (var attribute in fields.Where(field => field.Id == Fields.NodeAttribute).SelectMany(field => ProtoField.Of(field.Bytes)))
        {
            if (!PlainAttributeFields.Contains(attribute.Id))
            {
                throw new FormatException($"The ONNX file has a graph or a tensor inside the operator '{name}', which exported models do not have.");
            }
        }
    }

    private static (string Name, OnnxConstant Constant) ReadConstant(List<ProtoField> fields)
    {
        string name = Single(fields, Fields.TensorName, "name of a constant").Text;
        RequireKnown(
            $"constant '{name}'", fields, Fields.TensorDimension, Fields.TensorType, Fields.TensorName, Fields.TensorRawData, Fields.TensorExternalData, Fields.TensorLocation);
        var type = (ElementType)Single(fields, Fields.TensorType, "type of a constant").Number;
        long[] shape = [.. fields.Where(field => field.Id == Fields.TensorDimension).Select(field => field.Number)];
        long count = Count(name, shape);
        var external = fields.Any(field => field.Id == Fields.TensorLocation) ? ReadPlace(Texts(fields.Where(field => field.Id == Fields.TensorExternalData))) : null;
        long length = external?.Length ?? Single(fields, Fields.TensorRawData, "content of a constant").Length;
        return length == count * ElementTypes.SizeOf(type)
            ? (name, new OnnxConstant(type, count, external))
            : throw ProtoField.Damaged($"the constant '{name}' has {length} bytes for {count} numbers");
    }

    private static long Count(string name, long[] shape)
    {
        long count = 1;
        foreach (long side in shape)
        {
            if (shape.Length > MaxDimensions || side < 0 || (side > 0 && count > Array.MaxLength / side))
            {
                throw ProtoField.Damaged($"the constant '{name}' has the shape [{string.Join(", ", shape.Take(MaxDimensions))}]");
            }

            count *= side;
        }

        return count;
    }

    private static ExternalPlace ReadPlace(Dictionary<string, string> texts)
    {
        string file = texts.GetValueOrDefault("location", string.Empty);
        if (!IsPlainName(file))
        {
            throw new FormatException($"The ONNX file keeps weights in '{file}': they must lie in the same folder.");
        }

        return new ExternalPlace(file, Number("offset"), Number("length"));

        long Number(string key) => long.TryParse(texts.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw ProtoField.Damaged($"weights in '{file}' have no {key}");
    }

    /// <summary>An input or output in the words of <see cref="OnnxGraph"/>.</summary>
    private static string DescribeValue(ArraySegment<byte> value)
    {
        var fields = ProtoField.Of(value);
        var tensor = ProtoField.Of(Single(ProtoField.Of(Single(fields, Fields.ValueType, "type").Bytes), Fields.TypeTensor, "tensor type").Bytes);
        var shape = ProtoField.Of(Single(tensor, Fields.TensorTypeShape, "shape").Bytes).Select(dimension =>
        {
            var side = ProtoField.Of(dimension.Bytes);
            return side is [{ Id: Fields.DimensionValue } number] ? new OnnxDimension(number.Number)
                : side is [{ Id: Fields.DimensionName } name] ? new OnnxDimension(name.Text)
                : throw ProtoField.Damaged("a dimension has neither a size nor a name");
        });
        return OnnxGraph.Describe(Single(fields, Fields.ValueName, "name").Text, (ElementType)Single(tensor, Fields.TensorTypeElement, "type of numbers").Number, shape);
    }

    private static void RequireVersions(List<ProtoField> fields, string format)
    {
        if (format != MetadataKeys.CurrentFormat)
        {
            throw new FormatException($"The ONNX file has format version {format}, but this version of {OnnxWriter.Producer} reads {MetadataKeys.CurrentFormat}: use a newer version.");
        }

        foreach (var opset in fields.Where(field => field.Id == Fields.ModelOpset).Select(field => ProtoField.Of(field.Bytes)))
        {
            long version = Single(opset, Fields.OpsetVersion, "opset").Number;
            string domain = string.Concat(opset.Where(field => field.Id == Fields.OpsetDomain).Select(field => field.Text));
            if (domain.Length > 0 || version != OnnxWriter.Opset)
            {
                throw new FormatException($"The ONNX file needs opset {version} of '{(domain.Length == 0 ? "ai.onnx" : domain)}', where exported models need {OnnxWriter.Opset} of 'ai.onnx'.");
            }
        }
    }

    /// <summary>The checksum is that of all bytes before it, and nothing comes after it.</summary>
    private static void RequireChecksum(OnnxStream file, Dictionary<string, string> metadata)
    {
        string stored = metadata.GetValueOrDefault(MetadataKeys.Sha256, string.Empty);
        if (!file.Tail.SequenceEqual(OnnxWriter.SealOf(stored)) || file.DigestBeforeTail != stored)
        {
            throw new FormatException("The ONNX file has been altered since it was exported: its checksum is wrong.");
        }
    }

    private static Dictionary<string, string> Texts(IEnumerable<ProtoField> entries)
    {
        var texts = new Dictionary<string, string>();
        foreach (var entry in entries)
        {
            var fields = ProtoField.Of(entry.Bytes);
            string key = Single(fields, Fields.EntryKey, "key").Text;
            if (!texts.TryAdd(key, string.Concat(fields.Where(field => field.Id == Fields.EntryValue).Select(field => field.Text))))
            {
                throw ProtoField.Damaged($"it has two texts '{key}'");
            }
        }

        return texts;
    }

    private static ProtoField Single(List<ProtoField> fields, int id, string what)
    {
        var found = fields.FindAll(field => field.Id == id);
        return found.Count == 1 ? found[0] : throw ProtoField.Damaged($"it has {found.Count} times the {what}");
    }

    private static void RequireKnown(string where, List<ProtoField> fields, params ReadOnlySpan<int> known)
    {
        foreach (var field in fields)
        {
            if (!known.Contains(field.Id))
            {
                throw new FormatException($"The ONNX file has a field {field.Id} in its {where}, which exported models do not have.");
            }
        }
    }
}
