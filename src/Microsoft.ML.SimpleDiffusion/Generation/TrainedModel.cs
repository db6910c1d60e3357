using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Conditioning;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>A network with trained weights, its noise schedule and the number of its owners.</summary>
internal sealed class TrainedModel : IGenerativeModel
{
    private readonly SharedNetwork _shared;
    private bool _disposed;

    private TrainedModel(SharedNetwork shared) => _shared = shared;

    /// <inheritdoc/>
    public ModelConfiguration Configuration => _shared.Configuration;

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
            return new TrainedModel(shared);
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
    /// <exception cref="FormatException">Configuration or weights are damaged or do not belong together.</exception>
    public static TrainedModel Read(ModelConfiguration configuration, Stream weights, long length)
    {
        CheckBeforeAllocating(configuration, length);
        return Create(configuration, ComputeTarget.Resolve(configuration.Options.Compute), network => SafetensorsReader.Read(weights, length, NamedWeights(network)));
    }

    /// <inheritdoc/>
    public IGenerativeModel Share()
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(SimpleDiffusionTransformer));
        _shared.AddOwner();
        return new TrainedModel(_shared);
    }

    /// <inheritdoc/>
    public byte[][] Generate(IReadOnlyList<GenerationRequest> requests, SamplingOptions sampling, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(SimpleDiffusionTransformer));
        return _shared.Generate(requests, sampling, cancellationToken);
    }

    /// <inheritdoc/>
    public void WriteWeights(Stream stream) => SafetensorsWriter.Write(stream, NamedWeights(Network));

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _disposed, true))
        {
            _shared.Release();
        }
    }

    private static List<NamedTensor> NamedWeights(DenoisingNetwork network)
        => network.named_parameters().Select(p => new NamedTensor(p.name, p.parameter)).ToList();

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

        long bytes = NetworkCost.Of(specification).Parameters * sizeof(float);
        if (length < bytes)
        {
            throw new FormatException($"The model's weights are damaged: the configuration needs {bytes} bytes, but there are only {length}.");
        }
    }
}
