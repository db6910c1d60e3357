using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Text.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Network;

/// <summary>
/// ResNet18 in ONNX Runtime. Its files take one picture at a time, so that pictures are shared out among the cores and each has one: what a picture's features
/// are does not depend on how many there are.
/// </summary>
internal sealed class ResNet18Network : IDisposable
{
    /// <summary>Features of a picture.</summary>
    public const int FeatureCount = 512;

    private const int Side = 224;
    private const string PreprocessingInput = "OriginalInput";
    private const string PreprocessingOutput = "PreprocessedInput";
    private const string NetworkInput = "Input247";
    private const string NetworkOutput = "Pooling395_Output_0";

    private static readonly long[] Shape = [1, 3, Side, Side];

    private readonly InferenceSession _preprocessing;
    private readonly InferenceSession _network;
    private readonly RunOptions _runOptions = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    private ResNet18Network(InferenceSession preprocessing, InferenceSession network, int threads)
        => (_preprocessing, _network, Threads) = (preprocessing, network, threads);

    /// <summary>Size of the pictures, which are red, green and blue planes.</summary>
    public static ImageSize PictureSize { get; } = new(Channels: 3, Side, Side);

    /// <summary>SHA-256 of both files, which decide what the features of a picture are.</summary>
    public static string Sha256 => NetworkFile.Preprocessing.Sha256 + NetworkFile.Network.Sha256;

    /// <summary>Loads the network.</summary>
    /// <param name="folder">Its folder, or null to look for it.</param>
    /// <param name="threads">Pictures at once; null: one for each core.</param>
    /// <exception cref="InvalidOperationException">The network or ONNX Runtime is missing, or a file is damaged.</exception>
    public static ResNet18Network Open(string? folder, int? threads)
    {
        folder = NetworkFile.FindFolder(folder);
        byte[] preprocessing = NetworkFile.Preprocessing.Read(folder), network = NetworkFile.Network.Read(folder);
        _ = OnnxRuntimeEnvironment.Start("The native ONNX Runtime, which runs the network ResNet18, cannot be loaded: reference the package Microsoft.ML.OnnxRuntime.");
        var first = CreateSession(preprocessing);
        try
        {
            return new ResNet18Network(first, CreateSession(network), threads ?? Environment.ProcessorCount);
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    /// <summary>Pictures that are worked on at once.</summary>
    public int Threads { get; }

    /// <summary>Features of pictures, [512] each, in order.</summary>
    /// <param name="pictures">Planes of <see cref="PictureSize"/>.</param>
    /// <param name="cancellationToken">Checked before each picture.</param>
    public float[][] Compute(IReadOnlyList<byte[]> pictures, CancellationToken cancellationToken) => ParallelMap.Run(pictures, Threads, Compute, cancellationToken);

    public void Dispose()
    {
        _network.Dispose();
        _preprocessing.Dispose();
        _runOptions.Dispose();
    }

    private float[] Compute(byte[] picture)
    {
        var pixels = new float[picture.Length];
        TensorPrimitives.ConvertChecked<byte, float>(picture, pixels);
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, Shape);
        using var prepared = _preprocessing.Run(_runOptions, [PreprocessingInput], [input], [PreprocessingOutput]);
        using var output = _network.Run(_runOptions, [NetworkInput], [prepared[0]], [NetworkOutput]);
        return output[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static InferenceSession CreateSession(byte[] model)
    {
        // Errors come as exceptions; what else ONNX Runtime has to say is not for the console of an application.
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        return new InferenceSession(model, options);
    }
}
