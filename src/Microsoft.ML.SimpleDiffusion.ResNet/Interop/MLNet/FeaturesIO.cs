using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.ResNet;
using Microsoft.ML.SimpleDiffusion.ResNet.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.ResNet.Network;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: LoadableClass(
    typeof(ResNet18FeaturesTransformer), typeof(FeaturesIO), null, typeof(SignatureLoadModel), "ResNet18 features", FeaturesIO.LoaderSignature)]

namespace Microsoft.ML.SimpleDiffusion.ResNet.Interop.MLNet;

/// <summary>The transformer inside ML.NET's model.zip: its columns. The network is not in it; it comes with the application and never changes.</summary>
internal static class FeaturesIO
{
    /// <summary>At most 24 characters.</summary>
    public const string LoaderSignature = "ResNet18Features";

    private static readonly ModelEntry Entry = new("The transformer of ResNet18 features", "RESNET18", LoaderSignature, typeof(FeaturesIO));

    public static void Save(ModelSaveContext context, ResNet18Options options) => Entry.SaveConfiguration(context, ConfigurationJson.Serialize(options));

    /// <summary>Found by ML.NET through the assembly's LoadableClass attribute.</summary>
    internal static ResNet18FeaturesTransformer Create(IHostEnvironment environment, ModelLoadContext context) => ModelEntry.Load(() =>
    {
        var options = ConfigurationJson.Parse<ResNet18Options>(Entry.ReadConfiguration(context), "ResNet18 features", ResNet18OptionsValidator.Validate);
        return new ResNet18FeaturesTransformer(environment, options, ResNet18Network.Open(options.NetworkFolder, options.Threads));
    });
}
