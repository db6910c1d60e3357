using System.Security.Cryptography;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Model;

/// <summary>An owner of a denoising model with trained weights, and what is known of its training.</summary>
/// <param name="shared">The model, of which this becomes the owner.</param>
/// <param name="configuration">The model's configuration.</param>
internal sealed class TrainedModel(Shared<DenoisingModel> shared, ModelConfiguration configuration) : IDisposable
{
    private const string OwnerName = "SimpleDiffusionTransformer";

    public ModelConfiguration Configuration => configuration;

    public long ParameterCount { get; } = shared.Use(model => model.Network.Plan.ParameterCount);

    /// <summary>The weights of a network under the names that they have in files.</summary>
    public static IReadOnlyList<NamedTensor> NamedWeights(DenoisingNetwork network)
        => network.named_parameters().Select(p => new NamedTensor(p.name, p.parameter)).ToList();

    /// <summary>A model whose weights are ready.</summary>
    /// <param name="model">The model, which will be owned by what is returned.</param>
    /// <param name="configuration">Its configuration.</param>
    public static TrainedModel Of(DenoisingModel model, ModelConfiguration configuration)
    {
        model.Network.eval();
        return new TrainedModel(new Shared<DenoisingModel>(model, OwnerName), configuration);
    }

    /// <summary>Reads a model.</summary>
    /// <param name="configuration">What config.json says, not checked yet.</param>
    /// <param name="weights">A safetensors file.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="warn">Is told if the model computes otherwise than it was trained.</param>
    /// <param name="compute">Where and how it computes; null: on the best device at hand.</param>
    /// <exception cref="FormatException">Configuration or weights are damaged or do not belong together.</exception>
    public static TrainedModel Read(ModelConfiguration configuration, Stream weights, long length, Action<string> warn, ComputeOptions? compute = null)
    {
        CheckBeforeAllocating(configuration, length);
        return Create(configuration, warn, compute, model => SafetensorsReader.Read(weights, length, NamedWeights(model.Network)));
    }

    /// <summary>Reads the model of a folder.</summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <inheritdoc cref="Read"/>
    public static TrainedModel Open(string directory, Action<string> warn, ComputeOptions? compute)
    {
        var configuration = ModelDirectory.Open(directory, warn, out var weights);
        using (weights)
        {
            return Read(configuration, weights, weights.Length, warn, compute);
        }
    }

    /// <summary>Adds an owner, who must dispose of the result.</summary>
    /// <exception cref="ObjectDisposedException">This one has gone.</exception>
    public TrainedModel Share() => new(shared.Share(), configuration);

    /// <summary>The same model with weights of its own, elsewhere.</summary>
    /// <param name="compute">Where and how it computes.</param>
    /// <param name="warn">Is told if it computes otherwise than it was trained.</param>
    /// <exception cref="InvalidOperationException">There is no such device, or it cannot compute in the precision.</exception>
    public TrainedModel CopyTo(ComputeOptions compute, Action<string> warn) => shared.Use(model => Create(configuration, warn, compute, copy =>
    {
        using var guard = no_grad();
        foreach (var (there, here) in copy.Network.parameters().Zip(model.Network.parameters()))
        {
            _ = there.copy_(here);
        }
    }));

    /// <summary>The same model, as one that has been distilled from something else. It takes this owner's place.</summary>
    public TrainedModel DistilledFrom(DistillationInfo info) => new(shared, configuration with { Distillation = info });

    /// <summary>The same model, as one whose weights have seen so many steps. It takes this owner's place.</summary>
    public TrainedModel AtStep(long steps) => new(shared, configuration with { TrainedSteps = steps });

    /// <summary>Uses the model when it is its turn.</summary>
    /// <exception cref="ObjectDisposedException">This owner has gone.</exception>
    public TResult Use<TResult>(Func<DenoisingModel, TResult> use) => shared.Use(use);

    /// <inheritdoc cref="SafetensorsWriter.Write"/>
    public string WriteWeights(Stream stream, IReadOnlyDictionary<string, string>? metadata = null, WeightPrecision precision = WeightPrecision.Float32)
        => shared.Use(model => SafetensorsWriter.Write(stream, NamedWeights(model.Network), metadata, precision));

    /// <summary>SHA-256 of the weights as a safetensors file, hexadecimal.</summary>
    public string HashWeights()
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        {
            WriteWeights(stream);
        }

        return Convert.ToHexStringLower(hash.Hash!);
    }

    /// <summary>Takes the model back from all its owners.</summary>
    public void Close() => shared.Close();

    public void Dispose() => shared.Dispose();

    private static TrainedModel Create(ModelConfiguration configuration, Action<string> warn, ComputeOptions? compute, Action<DenoisingModel> fill)
    {
        var target = ComputeTarget.ResolveForLoading(configuration.Options.Compute.Precision, warn, compute);
        var model = new DenoisingModel(configuration.Options, configuration.Condition, target);
        try
        {
            fill(model);
            return Of(model, configuration);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>A hostile file may claim a network of any size: compare with the bytes that are really there before any memory is taken.</summary>
    private static void CheckBeforeAllocating(ModelConfiguration configuration, long length)
    {
        long bytes = ConfigurationCheck.Run(configuration).ParameterCount * SafetensorsNumbers.SmallestSize;
        if (length < bytes)
        {
            throw new FormatException($"The model's weights are damaged: the configuration needs at least {bytes} bytes, but there are only {length}.");
        }
    }
}
