using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Onnx;
using Microsoft.ML.SimpleDiffusion.Onnx.Generation;
using Microsoft.ML.SimpleDiffusion.Onnx.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Onnx.Persistence;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: LoadableClass(
    typeof(SimpleDiffusionOnnxTransformer), typeof(OnnxModelIO), null, typeof(SignatureLoadModel), "Simple diffusion image generator in ONNX Runtime", OnnxModelIO.LoaderSignature)]

namespace Microsoft.ML.SimpleDiffusion.Onnx.Interop.MLNet;

/// <summary>The transformer inside ML.NET's model.zip: its options, and the ONNX files in entries of their own.</summary>
internal static class OnnxModelIO
{
    /// <summary>At most 24 characters.</summary>
    public const string LoaderSignature = "SimpleDiffusionOnnx";

    private const string DenoiserEntry = "denoiser.onnx";
    private const string TextEncoderEntry = "text_encoder.onnx";
    private const string ExternalDataEntry = "denoiser.data";

    private static readonly ModelEntry Entry = new("The model", "SDIFONNX", LoaderSignature, typeof(OnnxModelIO));

    public static void Save(ModelSaveContext context, OnnxGenerationOptions options, ModelFiles files)
    {
        Entry.SaveConfiguration(context, GenerationOptionsJson.Serialize(options));
        ModelEntry.SaveFile(context, DenoiserEntry, files.Denoiser.CopyTo);
        if (files.TextEncoder is not null)
        {
            ModelEntry.SaveFile(context, TextEncoderEntry, files.TextEncoder.CopyTo);
        }

        if (files.ExternalData is not null)
        {
            ModelEntry.SaveFile(context, ExternalDataEntry, files.ExternalData.CopyTo);
        }
    }

    /// <summary>Found by ML.NET through the assembly's LoadableClass attribute.</summary>
    internal static SimpleDiffusionOnnxTransformer Create(IHostEnvironment environment, ModelLoadContext context) => ModelEntry.Load(() =>
    {
        var options = GenerationOptionsJson.Parse(Entry.ReadConfiguration(context));
        var files = ModelFiles.Extract(stream => Copy(context, DenoiserEntry, stream), (isText, stream) => Copy(context, isText ? TextEncoderEntry : ExternalDataEntry, stream));
        try
        {
            return new SimpleDiffusionOnnxTransformer(environment, new SharedGenerator(new OnnxGenerator(files, options)), options);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new FormatException($"The model's options are damaged: {e.Message}", e);
        }
    });

    private static void Copy(ModelLoadContext context, string entry, Stream target) => Entry.ReadFile(context, entry, stream =>
    {
        stream.CopyTo(target);
        return true;
    });
}
