using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Text;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;
using Microsoft.ML.SimpleDiffusion.Text.Interop;
using Microsoft.ML.SimpleDiffusion.Text.Persistence;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: LoadableClass(
    typeof(T5EncodingTransformer), typeof(T5ModelIO), null, typeof(SignatureLoadModel), "T5 text encoder", T5ModelIO.LoaderSignature)]

namespace Microsoft.ML.SimpleDiffusion.Text.Interop;

/// <summary>The transformer inside ML.NET's model.zip: tokenizer, and encoder if it is embedded, are files in entries of their own.</summary>
internal static class T5ModelIO
{
    /// <summary>At most 24 characters.</summary>
    public const string LoaderSignature = "T5EncodingTransformer";

    private const string TokenizerEntry = "tokenizer.model";

    private static readonly ModelEntry Entry = new("The T5 encoder", "T5ENCODE", LoaderSignature, typeof(T5ModelIO));

    public static void Save(ModelSaveContext context, T5EncoderOptions options, EncoderFiles files)
    {
        var tokenizer = new FileDigest(TokenizerEntry, files.Tokenizer.Length, Digest.HexOf(files.Tokenizer));
        Entry.SaveConfiguration(context, T5Configuration.Serialize(options, files.Digests, tokenizer));
        ModelEntry.SaveFile(context, TokenizerEntry, stream => stream.Write(files.Tokenizer));
        for (int i = 0; i < files.Digests.Count && options.ModelStorage == T5ModelStorage.Embedded; i++)
        {
            int index = i;
            ModelEntry.SaveFile(context, EncoderEntry(i), stream => files.CopyTo(index, stream));
        }
    }

    /// <summary>Found by ML.NET through the assembly's LoadableClass attribute.</summary>
    internal static T5EncodingTransformer Create(IHostEnvironment environment, ModelLoadContext context) => ModelEntry.Load(() =>
    {
        var configuration = T5Configuration.Parse(Entry.ReadConfiguration(context));
        byte[] tokenizer = ReadTokenizer(context, configuration.Tokenizer);
        var files = configuration.Options.ModelStorage == T5ModelStorage.Path
            ? EncoderFiles.Reopen(configuration.Options.ModelFile, configuration.Encoder, tokenizer)
            : EncoderFiles.Extract(configuration.Encoder, tokenizer, (i, target) => CopyEntry(context, EncoderEntry(i), configuration.Encoder[i].Length, target));
        var encoder = new T5Encoder(files, configuration.Options, message => TextEnvironment.Warning(environment, nameof(T5EncodingTransformer), message));
        return new T5EncodingTransformer(environment, encoder, configuration.Options);
    });

    private static byte[] ReadTokenizer(ModelLoadContext context, FileDigest digest)
    {
        using var content = new MemoryStream();
        CopyEntry(context, TokenizerEntry, digest.Length, content);
        byte[] bytes = content.ToArray();
        return Digest.HexOf(bytes) == digest.Sha256 ? bytes : throw new FormatException($"The model is damaged: {TokenizerEntry} has another SHA-256 than it had.");
    }

    private static void CopyEntry(ModelLoadContext context, string entry, long length, Stream target) => Entry.ReadFile(context, entry, stream =>
    {
        if (stream.Length != length)
        {
            throw new FormatException($"The model is damaged: {entry} has {stream.Length} bytes instead of {length}.");
        }

        stream.CopyTo(target);
        return length;
    });

    private static string EncoderEntry(int index) => $"encoder.{index}";
}
