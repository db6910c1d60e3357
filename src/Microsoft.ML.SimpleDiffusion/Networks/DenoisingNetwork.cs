using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>
/// A network that maps a noisy image, its log-SNR and its condition to a prediction of the image's shape. Patching wraps the whole network:
/// what lies between works on patched feature maps.
/// </summary>
internal abstract class DenoisingNetwork : nn.Module<Tensor, Tensor, ImageConditions, Tensor>
{
    /// <summary>
    /// Name of the parameters that embed the position of the U-ViT's tokens. A field that holds a parameter or buffer needs the name that it is registered
    /// under as its component name: moving a module frees the old tensor, and TorchSharp finds the field by that name.
    /// </summary>
    public const string PositionEmbeddingName = "position_embedding";

    private readonly ConditionEmbedding _embedding;
    private readonly Patching? _patching;
    private readonly TextEncoder? _text;

    protected DenoisingNetwork(string name, NetworkSpecification specification, double logSnrMin, double logSnrMax, Device device)
        : base(name)
    {
        Specification = specification;
        Checkpoint = specification.ActivationCheckpointing ? new ActivationCheckpoint() : null;
        _embedding = new ConditionEmbedding(specification, logSnrMin, logSnrMax, device);
        _patching = Patching.Create(specification);
        _text = TextEncoder.Create(specification.Text);
        register_module("embedding", _embedding);
        if (_patching is not null)
        {
            register_module("patching", _patching);
        }

        if (_text is not null)
        {
            register_module("text", _text);
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

    /// <summary>Encodes the text ahead, once for many evaluations. Without text, or if it is encoded already, these are the conditions themselves.</summary>
    /// <param name="conditions">What the images of a batch are asked to be.</param>
    public ImageConditions Encode(ImageConditions conditions)
        => _text is null || conditions.EncodedText is not null
            ? conditions
            : conditions with { EncodedText = _text.forward(conditions.Text ?? throw new ArgumentException("The network needs text.", nameof(conditions))) };

    /// <param name="z">Noisy images [B, C, H, W].</param>
    /// <param name="logSnr">Their log-SNR [B].</param>
    /// <param name="conditions">Their classes, portrait flags and text, as far as the network knows them.</param>
    /// <returns>The prediction [B, C, H, W].</returns>
    public sealed override Tensor forward(Tensor z, Tensor logSnr, ImageConditions conditions)
    {
        using var scope = NewDisposeScope();
        conditions = Encode(conditions);
        var context = new BlockContext(_embedding.forward(logSnr, conditions), conditions.EncodedText);
        var h = _patching is null ? z : _patching.Fold(z);
        h = ForwardPatched(MemoryLayout.Fastest(h), context);
        return (_patching is null ? h : _patching.Unfold(h)).MoveToOuterDisposeScope();
    }

    /// <summary>To be called after each backward pass: throws what went wrong in it where blocks are computed again.</summary>
    public void ThrowIfBackwardFailed() => Checkpoint?.ThrowIfFailed();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Checkpoint?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <param name="x">Patched noisy images [B, C', H', W'].</param>
    /// <param name="context">What steers the blocks.</param>
    /// <returns>Patched prediction [B, C', H', W'].</returns>
    protected abstract Tensor ForwardPatched(Tensor x, BlockContext context);
}
