using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
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

/// <summary>
/// The transformer inside ML.NET's model.zip: the configuration with its SHA-256 in the model stream, and the weights as a safetensors file in an
/// entry of their own.
/// </summary>
internal static class ModelIO
{
    /// <summary>At most 24 characters.</summary>
    public const string LoaderSignature = "SimpleDiffusion";

    private const string WeightsEntry = "weights.safetensors";

    public static void Save(ModelSaveContext context, ModelConfiguration configuration, IGenerativeModel model)
    {
        context.CheckAtModel();
        context.SetVersionInfo(GetVersionInfo());
        string json = ModelConfigurationJson.Serialize(configuration);
        context.SaveNonEmptyString(json);
        context.Writer.Write(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
        context.SaveBinaryStream(WeightsEntry, writer =>
        {
            writer.Flush();
            model.WriteWeights(writer.BaseStream);
        });
    }

    /// <summary>Found by ML.NET through the assembly's LoadableClass attribute.</summary>
    internal static SimpleDiffusionTransformer Create(IHostEnvironment environment, ModelLoadContext context)
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

    private static SimpleDiffusionTransformer Read(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(GetVersionInfo());
        string json = context.LoadNonEmptyString();
        byte[] checksum = context.Reader.ReadBytes(SHA256.HashSizeInBytes);
        if (!checksum.AsSpan().SequenceEqual(SHA256.HashData(Encoding.UTF8.GetBytes(json))))
        {
            throw new FormatException("The model is damaged: the checksum of its configuration is wrong.");
        }

        var configuration = ModelConfigurationJson.Parse(json);
        SimpleDiffusionTransformer? transformer = null;
        bool found = context.TryLoadBinaryStream(WeightsEntry, reader =>
        {
            var model = MLEnvironment.Warn(environment, warn => TrainedModel.Read(configuration, reader.BaseStream, reader.BaseStream.Length, warn));
            transformer = new SimpleDiffusionTransformer(environment, new TorchGenerator(model));
        });
        return found ? transformer! : throw new FormatException($"The model is damaged: the entry {WeightsEntry} is missing.");
    }

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "SIMPDIFF",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ModelIO).Assembly.GetName().Name);
}
