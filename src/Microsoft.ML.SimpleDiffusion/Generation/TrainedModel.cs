using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>A network with trained weights, its noise schedule and the number of its owners.</summary>
internal sealed class TrainedModel : IGenerativeModel
{
    private readonly SharedNetwork _shared;
    private bool _disposed;

    private TrainedModel(SharedNetwork shared, ModelConfiguration configuration)
    {
        _shared = shared;
        Configuration = configuration;
    }

    /// <inheritdoc/>
    public ModelConfiguration Configuration { get; }

    /// <inheritdoc/>
    public long ParameterCount => _shared.ParameterCount;

    /// <summary>The network with its weights; only for reading, and only as long as this owner lives.</summary>
    public DenoisingNetwork Network
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SimpleDiffusionTransformer));
            return _shared.Network;
        }
    }

    /// <summary>Where it computes.</summary>
    public Device Device => _shared.Device;

    /// <inheritdoc cref="SharedNetwork.Predict(Tensor, Tensor, ImageConditions)"/>
    public Tensor Predict(Tensor z, Tensor logSnr, ImageConditions conditions)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(SimpleDiffusionTransformer));
        return _shared.Predict(z, logSnr, conditions);
    }

    /// <summary>A model of the given configuration whose weights are still to be filled in.</summary>
    /// <param name="configuration">Checked configuration with nothing left open.</param>
    /// <param name="target">Where the model computes.</param>
    /// <param name="fill">Writes the weights.</param>
    public static TrainedModel Create(ModelConfiguration configuration, ComputeTarget target, Action<DenoisingNetwork> fill)
    {
        var shared = new SharedNetwork(configuration, target);
        try
        {
            fill(shared.Network);
            return new TrainedModel(shared, configuration);
        }
        catch
        {
            shared.Release();
            throw;
        }
    }

    /// <summary>Reads a model.</summary>
    /// <param name="configuration">What config.json says, not checked yet.</param>
    /// <param name="weights">A safetensors file.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="warn">Is told if the model computes elsewhere than where it was trained.</param>
    /// <exception cref="FormatException">Configuration or weights are damaged or do not belong together.</exception>
    public static TrainedModel Read(ModelConfiguration configuration, Stream weights, long length, Action<string> warn)
    {
        CheckBeforeAllocating(configuration, length);
        return Create(configuration, ComputeTarget.ResolveForLoading(configuration.Options.Compute, warn), network =>
        {
            var metadata = SafetensorsReader.Read(weights, length, NamedWeights(network));
            RequireSameSave(configuration, metadata);
        });
    }

    /// <summary>The weights of a network under the names that they have in files.</summary>
    public static IReadOnlyList<NamedTensor> NamedWeights(DenoisingNetwork network)
        => network.named_parameters().Select(p => new NamedTensor(p.name, p.parameter)).ToList();

    /// <inheritdoc/>
    public IGenerativeModel Share() => ShareAs(Configuration);

    /// <summary>Adds an owner that knows other things about the training of the same network.</summary>
    /// <param name="configuration">The model's configuration, but for trained steps and history.</param>
    public TrainedModel ShareAs(ModelConfiguration configuration)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(SimpleDiffusionTransformer));
        _shared.AddOwner();
        return new TrainedModel(_shared, configuration);
    }

    /// <inheritdoc/>
    public byte[][] Generate(IReadOnlyList<GenerationRequest> requests, SamplingOptions sampling, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(SimpleDiffusionTransformer));
        return _shared.Generate(requests, sampling, cancellationToken);
    }

    /// <inheritdoc/>
    public string WriteWeights(Stream stream) => SafetensorsWriter.Write(stream, NamedWeights(Network));

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _disposed, true))
        {
            _shared.Release();
        }
    }

    /// <summary>Files of other programs need no checksum, but where both files name one they must agree.</summary>
    private static void RequireSameSave(ModelConfiguration configuration, IReadOnlyDictionary<string, string> metadata)
    {
        if (configuration.WeightsSha256 is string expected && metadata.TryGetValue(SafetensorsWriter.ChecksumKey, out string? actual) && actual != expected)
        {
            throw new FormatException(
                "config.json and model.safetensors are not of the same model: saving was interrupted between the two. If they are meant to be together, remove 'weightsSha256' from config.json.");
        }
    }

    /// <summary>A hostile file may claim a network of any size: compare with the bytes that are really there before any memory is taken.</summary>
    private static void CheckBeforeAllocating(ModelConfiguration configuration, long length)
    {
        try
        {
            OptionsValidator.Validate(configuration.Options);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"The model's configuration is damaged: {e.Message}", e);
        }

        if (configuration.Condition.Kind != ConditionKind.None && configuration.Options.ConditionColumnName is null)
        {
            throw new FormatException("The model's configuration is damaged: its condition has no column.");
        }

        NetworkSpecification specification;
        try
        {
            specification = configuration.Condition.Specify(configuration.Options);
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException($"The model's configuration is incomplete: {e.Message}", e);
        }

        long bytes = NetworkPlan.Of(specification).ParameterCount * sizeof(float);
        if (length < bytes)
        {
            throw new FormatException($"The model's weights are damaged: the configuration needs {bytes} bytes, but there are only {length}.");
        }
    }
}
