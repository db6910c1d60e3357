using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: LoadableClass(
    typeof(SimpleDiffusionTransformer), typeof(ModelIO), null, typeof(SignatureLoadModel), "Simple diffusion image generator", ModelIO.LoaderSignature)]

namespace Microsoft.ML.SimpleDiffusion.Interop.MLNet;

/// <summary>The transformer inside ML.NET's model.zip.</summary>
internal static class ModelIO
{
    /// <summary>At most 24 characters.</summary>
    public const string LoaderSignature = "SimpleDiffusion";

    private static readonly ModelEntry Entry = new("The model", "SIMPDIFF", LoaderSignature, typeof(ModelIO));

    /// <summary>ML.NET hands no arguments through to what it loads.</summary>
    [ThreadStatic]
    private static ComputeOptions? s_compute;

    /// <summary>Says where models compute that this thread loads until the result is disposed of.</summary>
    /// <param name="compute">Where and how; null: on the best device at hand.</param>
    public static IDisposable ComputeWith(ComputeOptions? compute)
    {
        s_compute = compute;
        return new Reset();
    }

    public static void Save(ModelSaveContext context, ModelConfiguration configuration, IGenerativeModel model)
    {
        Entry.SaveConfiguration(context, ModelConfigurationJson.Serialize(configuration));
        ModelEntry.SaveFile(context, ModelEntry.Weights, stream => model.WriteWeights(stream));
    }

    /// <summary>Found by ML.NET through the assembly's LoadableClass attribute.</summary>
    internal static SimpleDiffusionTransformer Create(IHostEnvironment environment, ModelLoadContext context) => ModelEntry.Load(() =>
    {
        var configuration = ModelConfigurationJson.Parse(Entry.ReadConfiguration(context));
        return Entry.ReadFile(context, ModelEntry.Weights, stream =>
        {
            var model = MLEnvironment.Warn(environment, warn => TrainedModel.Read(configuration, stream, stream.Length, warn, s_compute));
            return new SimpleDiffusionTransformer(environment, new TorchGenerator(model));
        });
    });

    private sealed class Reset : IDisposable
    {
        public void Dispose() => s_compute = null;
    }
}
