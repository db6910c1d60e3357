using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Text;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;
using Microsoft.ML.SimpleDiffusion.Text.Interop;
using Microsoft.ML.SimpleDiffusion.Text.Persistence;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: LoadableClass(
    typeof(T5EncodingTransformer), typeof(T5ModelIO), null, typeof(SignatureLoadModel), "T5 text encoder", T5ModelIO.LoaderSignature)]

namespace Microsoft.ML.SimpleDiffusion.Text.Interop;

/// <summary>
/// The transformer inside ML.NET's model.zip: the configuration with its SHA-256 in the model stream; the tokenizer, and the encoder if it is embedded,
/// as files in entries of their own.
/// </summary>
internal static class T5ModelIO
{
    /// <summary>At most 24 characters.</summary>
    public const string LoaderSignature = "T5EncodingTransformer";

    private const string TokenizerEntry = "tokenizer.model";

    public static void Save(ModelSaveContext context, T5EncoderOptions options, EncoderFiles files)
    {
        context.CheckAtModel();
        context.SetVersionInfo(GetVersionInfo());
        var tokenizer = new FileDigest(TokenizerEntry, files.Tokenizer.Length, Convert.ToHexStringLower(SHA256.HashData(files.Tokenizer)));
        string json = T5Configuration.Serialize(options, files.Digests, tokenizer);
        context.SaveNonEmptyString(json);
        context.Writer.Write(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
        context.SaveBinaryStream(TokenizerEntry, writer => writer.Write(files.Tokenizer));
        for (int i = 0; i < files.Digests.Count && options.ModelStorage == T5ModelStorage.Embedded; i++)
        {
            int index = i;
            context.SaveBinaryStream(EncoderEntry(i), writer =>
            {
                writer.Flush();
                files.CopyTo(index, writer.BaseStream);
            });
        }
    }

    /// <summary>Found by ML.NET through the assembly's LoadableClass attribute.</summary>
    internal static T5EncodingTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        try
        {
            return Read(environment, context);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or InvalidDataException or EndOfStreamException)
        {
            // ML.NET calls this by reflection, and shows the bare TargetInvocationException for what its own helpers have not made.
            throw Contracts.ExceptDecode(e, e.Message);
        }
    }

    private static T5EncodingTransformer Read(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(GetVersionInfo());
        string json = context.LoadNonEmptyString();
        byte[] checksum = context.Reader.ReadBytes(SHA256.HashSizeInBytes);
        if (!checksum.AsSpan().SequenceEqual(SHA256.HashData(Encoding.UTF8.GetBytes(json))))
        {
            throw new FormatException("The T5 encoder is damaged: the checksum of its configuration is wrong.");
        }

        var configuration = T5Configuration.Parse(json);
        byte[] tokenizer = ReadTokenizer(context, configuration.Tokenizer);
        var files = configuration.Options.ModelStorage == T5ModelStorage.Path
            ? EncoderFiles.Reopen(configuration.Options.ModelFile, configuration.Encoder, tokenizer)
            : EncoderFiles.Extract(configuration.Encoder, tokenizer, (i, target) => CopyEntry(context, EncoderEntry(i), configuration.Encoder[i].Length, target));
        var encoder = new T5Encoder(files, configuration.Options, message => MLEnvironment.Warning(environment, message));
        return new T5EncodingTransformer(environment, encoder, configuration.Options);
    }

    private static byte[] ReadTokenizer(ModelLoadContext context, FileDigest digest)
    {
        using var content = new MemoryStream();
        CopyEntry(context, TokenizerEntry, digest.Length, content);
        byte[] bytes = content.ToArray();
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == digest.Sha256
            ? bytes
            : throw new FormatException($"The model is damaged: {TokenizerEntry} has another SHA-256 than it had.");
    }

    private static void CopyEntry(ModelLoadContext context, string entry, long length, Stream target)
    {
        bool found = context.TryLoadBinaryStream(entry, reader =>
        {
            if (reader.BaseStream.Length != length)
            {
                throw new FormatException($"The model is damaged: {entry} has {reader.BaseStream.Length} bytes instead of {length}.");
            }

            reader.BaseStream.CopyTo(target);
        });
        if (!found)
        {
            throw new FormatException($"The model is damaged: the entry {entry} is missing.");
        }
    }

    private static string EncoderEntry(int index) => $"encoder.{index}";

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "T5ENCODE",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(T5ModelIO).Assembly.GetName().Name);
}
