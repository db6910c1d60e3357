using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>
/// A network that maps a noisy image, its log-SNR and its condition to a prediction of the image's shape. Patching wraps the whole network:
/// what lies between works on patched feature maps.
/// </summary>
internal abstract class DenoisingNetwork : nn.Module<Tensor, Tensor, ImageConditions, Tensor>
{
    /// <summary>Name of the parameter that embeds the position of the U-ViT's tokens.</summary>
    public const string PositionEmbeddingName = "position_embedding";

    private readonly ConditionEmbedding _embedding;
    private readonly Patching? _patching;

    protected DenoisingNetwork(string name, NetworkSpecification specification, double logSnrMin, double logSnrMax, Device device)
        : base(name)
    {
        Specification = specification;
        Checkpoint = specification.ActivationCheckpointing ? new ActivationCheckpoint() : null;
        _embedding = new ConditionEmbedding(specification, logSnrMin, logSnrMax, device);
        _patching = Patching.Create(specification);
        register_module("embedding", _embedding);
        if (_patching is not null)
        {
            register_module("patching", _patching);
        }
    }

    public NetworkSpecification Specification { get; }

    /// <summary>How blocks are run in training, or null to keep all activations.</summary>
    protected ActivationCheckpoint? Checkpoint { get; }

    /// <summary>A network on <paramref name="device"/> with untrained weights (see <see cref="WeightInitializer"/>).</summary>
    /// <param name="specification">Its shape.</param>
    /// <param name="logSnrMin">Lowest log-SNR of the noise schedule.</param>
    /// <param name="logSnrMax">Highest log-SNR of the noise schedule.</param>
    /// <param name="device">Where it lives.</param>
    public static DenoisingNetwork Create(NetworkSpecification specification, double logSnrMin, double logSnrMax, Device device)
    {
        DenoisingNetwork network = specification.Architecture switch
        {
            NetworkArchitecture.UVit => new UVit(specification, logSnrMin, logSnrMax, device),
            NetworkArchitecture.UNet => new UNet(specification, logSnrMin, logSnrMax, device),
            _ => throw new ArgumentOutOfRangeException(nameof(specification), specification.Architecture, "Unknown architecture."),
        };
        network.to(device);
        return network;
    }

    /// <param name="z">Noisy images [B, C, H, W].</param>
    /// <param name="logSnr">Their log-SNR [B].</param>
    /// <param name="conditions">Their classes and portrait flags, as far as the network knows them.</param>
    /// <returns>The prediction [B, C, H, W].</returns>
    public sealed override Tensor forward(Tensor z, Tensor logSnr, ImageConditions conditions)
    {
        using var scope = NewDisposeScope();
        var embedding = _embedding.forward(logSnr, conditions);
        var h = _patching is null ? z : _patching.Fold(z);
        h = ForwardPatched(MemoryLayout.Fastest(h), embedding);
        return (_patching is null ? h : _patching.Unfold(h)).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Checkpoint?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <param name="x">Patched noisy images [B, C', H', W'].</param>
    /// <param name="embedding">Embedding of log-SNR and condition [B, E].</param>
    /// <returns>Patched prediction [B, C', H', W'].</returns>
    protected abstract Tensor ForwardPatched(Tensor x, Tensor embedding);
}
