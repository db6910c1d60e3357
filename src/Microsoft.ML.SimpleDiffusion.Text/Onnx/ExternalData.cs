using Google.Protobuf;

namespace Microsoft.ML.SimpleDiffusion.Text.Onnx;

/// <summary>Finds the files in which an ONNX model keeps weights that do not fit its own: protobuf ends at 2 GB.</summary>
internal static class ExternalData
{
    // Field numbers of onnx.proto.
    private const int ModelGraph = 7;
    private const int GraphInitializer = 5;
    private const int TensorExternalData = 13;
    private const int EntryKey = 1;
    private const int EntryValue = 2;

    /// <summary>Names of the files, each once.</summary>
    /// <param name="model">An ONNX file, from its beginning. Left open.</param>
    /// <exception cref="FormatException">
    /// This is not an ONNX file, or it keeps data outside its own folder.
    /// </exception>
    public static IReadOnlyList<string> FindFiles(Stream model)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            using var input = new CodedInputStream(model, leaveOpen: true);
            ReadFields(input, long.MaxValue, ModelGraph, graphEnd =>
                ReadFields(input, graphEnd, GraphInitializer, tensorEnd =>
                    ReadFields(input, tensorEnd, TensorExternalData, entryEnd => ReadEntry(input, entryEnd, names))));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new FormatException($"This is not an ONNX file: {e.Message}", e);
        }

        return names.FirstOrDefault(name => !IsPlain(name)) is string bad
            ? throw new FormatException($"The ONNX file keeps weights in '{bad}': external data must lie in the same folder.")
            : names.ToList();
    }

    /// <summary>Whether a name says a file of the folder it is looked up in, and nothing else.</summary>
    public static bool IsPlain(string name)
        => name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0;

    /// <summary>Reads a message up to its end, and calls back for each field of one number.</summary>
    private static void ReadFields(CodedInputStream input, long end, int field, Action<long> read)
    {
        while (input.Position < end && input.ReadTag() is uint tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                int length = input.ReadLength();
                read(input.Position + length);
            }
            else
            {
                input.SkipLastField();
            }
        }
    }

    private static void ReadEntry(CodedInputStream input, long end, HashSet<string> names)
    {
        string key = string.Empty;
        string value = string.Empty;
        while (input.Position < end && input.ReadTag() is uint tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case EntryKey:
                    key = input.ReadString();
                    break;
                case EntryValue:
                    value = input.ReadString();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        if (key == "location")
        {
            names.Add(value);
        }
    }
}
