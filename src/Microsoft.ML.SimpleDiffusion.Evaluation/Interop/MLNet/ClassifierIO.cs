using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;
using Microsoft.ML.SimpleDiffusion.Evaluation.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: LoadableClass(
    typeof(SmallImageClassifierTransformer), typeof(ClassifierIO), null, typeof(SignatureLoadModel), "Small image classifier", ClassifierIO.LoaderSignature)]

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Interop.MLNet;

/// <summary>The classifier inside ML.NET's model.zip.</summary>
internal static class ClassifierIO
{
    /// <summary>At most 24 characters.</summary>
    public const string LoaderSignature = "SmallImageClassifier";

    private static readonly ModelEntry Entry = new("The classifier", "SMIMGCLS", LoaderSignature, typeof(ClassifierIO));

    public static void Save(ModelSaveContext context, ClassifierConfiguration configuration, Shared<ClassifierNetwork> classifier)
    {
        Entry.SaveConfiguration(context, ClassifierConfigurationJson.Serialize(configuration));
        ModelEntry.SaveFile(context, ModelEntry.Weights, stream => classifier.Use(network => SafetensorsWriter.Write(stream, network.NamedTensors())));
    }

    /// <summary>Found by ML.NET through the assembly's LoadableClass attribute.</summary>
    internal static SmallImageClassifierTransformer Create(IHostEnvironment environment, ModelLoadContext context) => ModelEntry.Load(() =>
    {
        var configuration = ClassifierConfigurationJson.Parse(Entry.ReadConfiguration(context));
        var network = Entry.ReadFile(context, ModelEntry.Weights, stream => ReadNetwork(configuration, stream));
        return new SmallImageClassifierTransformer(environment, configuration, new Shared<ClassifierNetwork>(network, nameof(SmallImageClassifierTransformer)));
    });

    private static ClassifierNetwork ReadNetwork(ClassifierConfiguration configuration, Stream stream)
    {
        var target = ComputeTarget.Resolve(new ComputeOptions());
        var network = new ClassifierNetwork(configuration.Channels, configuration.ImageSize, configuration.Classes.Count, target.Device);
        try
        {
            SafetensorsReader.Read(stream, stream.Length, network.NamedTensors());
            network.SetTraining(false);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
