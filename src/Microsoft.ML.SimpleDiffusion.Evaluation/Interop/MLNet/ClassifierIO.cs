using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;
using Microsoft.ML.SimpleDiffusion.Evaluation.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: LoadableClass(
    typeof(SmallImageClassifierTransformer), typeof(ClassifierIO), null, typeof(SignatureLoadModel), "Small image classifier", ClassifierIO.LoaderSignature)]

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Interop.MLNet;

/// <summary>
/// The classifier inside ML.NET's model.zip: the configuration with its SHA-256 in the model stream, and the weights as a safetensors file in an entry of
/// their own.
/// </summary>
internal static class ClassifierIO
{
    /// <summary>At most 24 characters.</summary>
    public const string LoaderSignature = "SmallImageClassifier";

    private const string WeightsEntry = "weights.safetensors";

    public static void Save(ModelSaveContext context, ClassifierConfiguration configuration, Shared<ClassifierNetwork> classifier)
    {
        context.CheckAtModel();
        context.SetVersionInfo(GetVersionInfo());
        string json = ClassifierConfigurationJson.Serialize(configuration);
        context.SaveNonEmptyString(json);
        context.Writer.Write(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
        context.SaveBinaryStream(WeightsEntry, writer =>
        {
            writer.Flush();
            classifier.Use(network => SafetensorsWriter.Write(writer.BaseStream, network.NamedTensors()));
        });
    }

    /// <summary>Found by ML.NET through the assembly's LoadableClass attribute.</summary>
    internal static SmallImageClassifierTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        try
        {
            return Read(environment, context);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or EndOfStreamException)
        {
            // The last two come from the zip file and from ML.NET's own reader. ML.NET calls this by reflection, and shows the bare
            // TargetInvocationException for what its own helpers have not made.
            throw Contracts.ExceptDecode(e, e.Message);
        }
    }

    private static SmallImageClassifierTransformer Read(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(GetVersionInfo());
        string json = context.LoadNonEmptyString();
        byte[] checksum = context.Reader.ReadBytes(SHA256.HashSizeInBytes);
        if (!checksum.AsSpan().SequenceEqual(SHA256.HashData(Encoding.UTF8.GetBytes(json))))
        {
            throw new FormatException("The classifier is damaged: the checksum of its configuration is wrong.");
        }

        var configuration = ClassifierConfigurationJson.Parse(json);
        SmallImageClassifierTransformer? transformer = null;
        bool found = context.TryLoadBinaryStream(WeightsEntry, reader => transformer = new SmallImageClassifierTransformer(
            environment, configuration, new Shared<ClassifierNetwork>(ReadNetwork(configuration, reader.BaseStream), typeof(SmallImageClassifierTransformer))));
        return found ? transformer! : throw new FormatException($"The classifier is damaged: the entry {WeightsEntry} is missing.");
    }

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

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "SMIMGCLS",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ClassifierIO).Assembly.GetName().Name);
}
