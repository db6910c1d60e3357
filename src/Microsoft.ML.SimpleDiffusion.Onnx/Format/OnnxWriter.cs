using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Format;

/// <summary>Writes ONNX files: opset 17, IR 8, and a checksum of all that comes before it as their last bytes.</summary>
internal static class OnnxWriter
{
    public const int IrVersion = 8;
    public const int Opset = 17;
    public const string Producer = "Microsoft.ML.SimpleDiffusion.Onnx";

    /// <summary>Writes a model as a file, and its large constants as a second one beside it if there are many.</summary>
    /// <param name="path">The file.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="document">What a reader needs to know.</param>
    /// <param name="metadata">Texts by their keys.</param>
    /// <param name="externalFrom">Bytes of constants from which they go to a second file.</param>
    /// <returns>SHA-256 of the file, hexadecimal.</returns>
    public static string Write(string path, OnnxGraph graph, string document, IReadOnlyDictionary<string, string> metadata, long externalFrom)
    {
        var texts = new Dictionary<string, string>(metadata);
        string? externalFile = graph.ConstantBytes >= externalFrom ? Path.GetFileName(path) + MetadataKeys.ExternalDataExtension : null;
        if (externalFile is not null)
        {
            texts[MetadataKeys.ExternalData] = externalFile;
            texts[MetadataKeys.ExternalDataSha256] = WriteHashed(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, externalFile), graph.WriteExternalData);
        }

        var message = new OnnxMessage()
            .Add(Fields.ModelIrVersion, IrVersion)
            .Add(Fields.ModelProducerName, Producer)
            .Add(Fields.ModelProducerVersion, typeof(OnnxWriter).Assembly.GetName().Version!.ToString(3))
            .Add(Fields.ModelDocString, document)
            .Add(Fields.ModelOpset, new OnnxMessage().Add(Fields.OpsetDomain, string.Empty).Add(Fields.OpsetVersion, Opset))
            .Add(Fields.ModelGraph, graph.ToMessage(externalFile));
        foreach (var (key, value) in texts)
        {
            message.Add(Fields.ModelMetadata, OnnxMessage.Entry(key, value));
        }

        return WriteHashed(path, stream =>
        {
            Write(stream, message);
            stream.Write(SealOf(stream.Sha256));
        });
    }

    /// <summary>How many bytes <see cref="SealOf"/> makes of a checksum.</summary>
    public static int SealLength => SealOf(Digest.HexOf([])).Length;

    /// <summary>The last bytes of a file.</summary>
    /// <param name="checksum">SHA-256 of all bytes before them, hexadecimal.</param>
    public static byte[] SealOf(string checksum)
    {
        using var stream = new MemoryStream();
        Write(stream, new OnnxMessage().Add(Fields.ModelMetadata, OnnxMessage.Entry(MetadataKeys.Sha256, checksum)));
        return stream.ToArray();
    }

    /// <summary>Brings the checksum of a file into line with its content; its length stays.</summary>
    public static void Reseal(Span<byte> file)
    {
        int length = file.Length - SealLength;
        if (length > 0)
        {
            SealOf(Digest.HexOf(file[..length])).CopyTo(file[length..]);
        }
    }

    private static void Write(Stream stream, OnnxMessage message)
    {
        using var output = new CodedOutputStream(stream, leaveOpen: true);
        message.WriteTo(output);
    }

    /// <summary>Writes a file.</summary>
    /// <returns>Its SHA-256.</returns>
    private static string WriteHashed(string path, Action<HashedStream> write)
    {
        string checksum = string.Empty;
        Files.Write(path, stream =>
        {
            using var hashed = new HashedStream(stream);
            write(hashed);
            checksum = hashed.Sha256;
        });
        return checksum;
    }

    /// <summary>Passes on what is written to it, and knows its SHA-256 so far.</summary>
    private sealed class HashedStream(Stream stream) : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        /// <summary>Of what has been written so far, hexadecimal.</summary>
        public string Sha256 => Convert.ToHexStringLower(_hash.GetCurrentHash());

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _hash.AppendData(buffer);
            stream.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => stream.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
