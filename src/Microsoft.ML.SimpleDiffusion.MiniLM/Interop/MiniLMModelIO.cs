using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.MiniLM;
using Microsoft.ML.SimpleDiffusion.MiniLM.Embeddings;
using Microsoft.ML.SimpleDiffusion.MiniLM.Interop;
using Microsoft.ML.SimpleDiffusion.MiniLM.Persistence;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: LoadableClass(
    typeof(MiniLMEncodingTransformer), typeof(MiniLMModelIO), null, typeof(SignatureLoadModel), "MiniLM text encoder", MiniLMModelIO.LoaderSignature)]

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Interop;

/// <summary>The transformer inside ML.NET's model.zip: a configuration alone.</summary>
internal static class MiniLMModelIO
{
    /// <summary>At most 24 characters.</summary>
    public const string LoaderSignature = "MiniLMEncoding";

    private static readonly ModelEntry Entry = new("The MiniLM encoder", "MINILMEN", LoaderSignature, typeof(MiniLMModelIO));

    public static void Save(ModelSaveContext context, MiniLMEncoderOptions options, MiniLMEncoder encoder)
        => Entry.SaveConfiguration(context, MiniLMConfiguration.Serialize(options, encoder));

    /// <summary>Found by ML.NET through the assembly's LoadableClass attribute.</summary>
    internal static MiniLMEncodingTransformer Create(IHostEnvironment environment, ModelLoadContext context) => ModelEntry.Load(() =>
    {
        var configuration = MiniLMConfiguration.Parse(Entry.ReadConfiguration(context));
        var files = EmbeddedEncoder.Read();
        configuration.CheckEncoder(files);
        return MiniLMEncodingTransformer.Create(environment, files, configuration.Options);
    });
}
