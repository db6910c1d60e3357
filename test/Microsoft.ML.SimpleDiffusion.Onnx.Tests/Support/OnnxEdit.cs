using System.Text;
using Google.Protobuf;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;

/// <summary>Changes exported files as someone would who knows how to write the right checksum.</summary>
internal static class OnnxEdit
{
    private static byte[] Seal => OnnxWriter.SealOf(Digest.HexOf([]));

    /// <summary>A file with other text of the same length in the first or the last place where it occurs.</summary>
    public static byte[] Replace(byte[] file, string text, string other, bool isLast = false)
    {
        byte[] before = Encoding.UTF8.GetBytes(text), after = Encoding.UTF8.GetBytes(other);
        Assert.HasCount(before.Length, after);
        int place = isLast ? file.AsSpan().LastIndexOf(before) : file.AsSpan().IndexOf(before);
        Assert.IsGreaterThanOrEqualTo(0, place, $"'{text}' does not occur.");
        after.CopyTo(file, place);
        return Sealed(file);
    }

    /// <summary>A file with another field in its model.</summary>
    public static byte[] Append(byte[] file, OnnxMessage fields) => Sealed([.. file.AsSpan(0, file.Length - Seal.Length), .. ToBytes(fields), .. Seal]);

    /// <summary>A model of one node and nothing else but what tells that it is exported.</summary>
    public static byte[] WithNode(OnnxMessage node, int opset = OnnxWriter.Opset)
    {
        var model = new OnnxMessage()
            .Add(Fields.ModelIrVersion, OnnxWriter.IrVersion)
            .Add(Fields.ModelOpset, new OnnxMessage().Add(Fields.OpsetVersion, opset))
            .Add(Fields.ModelGraph, new OnnxMessage().Add(Fields.GraphNode, node).Add(Fields.GraphName, "g"))
            .Add(Fields.ModelMetadata, OnnxMessage.Entry(MetadataKeys.Format, MetadataKeys.CurrentFormat));
        return Sealed([.. ToBytes(model), .. Seal]);
    }

    public static byte[] ToBytes(OnnxMessage message)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            message.WriteTo(output);
        }

        return stream.ToArray();
    }

    /// <summary>The file with the checksum that it has now.</summary>
    private static byte[] Sealed(byte[] file)
    {
        OnnxWriter.Reseal(file);
        return file;
    }
}
