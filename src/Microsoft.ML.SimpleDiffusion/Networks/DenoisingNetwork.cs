using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Networks.Text;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>
/// A network that maps a noisy image, its log-SNR and its condition to a prediction of the image's shape, as its plan says. Patching wraps the whole network:
/// what lies between works on patched feature maps.
/// </summary>
internal sealed class DenoisingNetwork : nn.Module<Tensor, Tensor, ImageConditions, Tensor>
{
    [ComponentName(Name = PositionsPlan.ParameterName)]
    private readonly Parameter? _positions;

    private readonly ConditionEmbedding _embedding;
    private readonly Patching? _patching;
    private readonly TextEncoder? _text;
    private readonly Conv2d _input;
    private readonly CoordinateChannels? _coordinates;
    private readonly ModuleList<DownStage> _down;
    private readonly Middle _middle;
    private readonly ModuleList<UpStage> _up;
    private readonly OutputProjection _output;
    private readonly ActivationCheckpoint? _checkpoint;

    private DenoisingNetwork(NetworkPlan plan, double logSnrMin, double logSnrMax, Device device)
        : base(nameof(DenoisingNetwork))
    {
        Plan = plan;
        _checkpoint = plan.Specification.ActivationCheckpointing ? new ActivationCheckpoint() : null;
        _embedding = this.Register(plan.Embedding, new ConditionEmbedding(plan.Embedding, logSnrMin, logSnrMax, device));
        _patching = plan.Patching is null ? null : this.Register(plan.Patching, Patching.Create(plan.Patching));
        _text = plan.Text is null ? null : this.Register(plan.Text, TextEncoder.Create(plan.Text));
        _input = this.Add(plan.Input);
        _coordinates = plan.Coordinates is null ? null : this.Register(plan.Coordinates, new CoordinateChannels(plan.Coordinates));
        _down = this.Add(plan.Down, stage => new DownStage(stage, _checkpoint));
        _positions = plan.Middle.Positions is null ? null : this.Add(plan.Middle.Positions);
        _middle = Middle.Create(plan.Middle, this, _checkpoint);
        _up = this.Add(plan.Up, stage => new UpStage(stage, _checkpoint));
        _output = this.Register(plan.Output, new OutputProjection(plan.Output));
    }

    public NetworkPlan Plan { get; }

    public NetworkSpecification Specification => Plan.Specification;

    /// <summary>A network on <paramref name="device"/> with untrained weights (see <see cref="WeightInitializer"/>).</summary>
    /// <param name="specification">Its shape.</param>
    /// <param name="logSnrMin">Lowest log-SNR of the noise schedule.</param>
    /// <param name="logSnrMax">Highest log-SNR of the noise schedule.</param>
    /// <param name="device">Where it lives.</param>
    public static DenoisingNetwork Create(NetworkSpecification specification, double logSnrMin, double logSnrMax, Device device)
    {
        var network = new DenoisingNetwork(NetworkPlan.Of(specification), logSnrMin, logSnrMax, device);
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
    public override Tensor forward(Tensor z, Tensor logSnr, ImageConditions conditions)
    {
        using var scope = NewDisposeScope();
        conditions = Encode(conditions);
        var context = new BlockContext(_embedding.forward(logSnr, conditions), conditions.EncodedText) { CropCorner = conditions.CropCorner };
        var h = _patching is null ? z : _patching.Patchify(z);
        h = ForwardPatched(MemoryLayout.Fastest(h), context);
        return (_patching is null ? h : _patching.Unpatchify(h)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="ConditionEmbedding.LogUncertainty"/>
    public Tensor LogUncertainty(Tensor logSnr) => _embedding.LogUncertainty(logSnr);

    /// <summary>The blocks that are computed again in the backward pass: those whose weights may be brought when they are needed.</summary>
    public IEnumerable<nn.Module> RecomputedBlocks => _checkpoint is null ? [] : modules().Distinct().Where(module => module is StageBlock or SpatialAttention || (module is TransformerBlock && !IsWithinStage(module)));

    /// <summary>Lets somebody bring the weights of <see cref="RecomputedBlocks"/> when they are needed; null: they are there.</summary>
    public void BringWeights(IBlockWeights? weights)
        => (_checkpoint ?? throw new InvalidOperationException("The network keeps its activations, and with them its weights.")).Weights = weights;

    /// <summary>To be called after each backward pass: throws what went wrong in it where blocks are computed again.</summary>
    public void ThrowIfBackwardFailed() => _checkpoint?.ThrowIfFailed();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _checkpoint?.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool IsWithinStage(nn.Module block) => modules().OfType<SpatialTransformerBlock>().Any(stage => stage.modules().Contains(block));

    /// <param name="x">Patched noisy images [B, C', H', W'].</param>
    /// <param name="context">What steers the blocks.</param>
    /// <returns>Patched prediction [B, C', H', W'].</returns>
    private Tensor ForwardPatched(Tensor x, BlockContext context)
    {
        var skips = new Stack<Tensor>();
        var h = Convolutions.Convolved(_input, x);
        h = _coordinates is null ? h : _coordinates.forward(h, context.CropCorner);
        foreach (var stage in _down)
        {
            h = stage.Forward(h, context, skips);
        }

        h = _middle.Forward(h, _positions, context);
        foreach (var stage in _up.Reverse())
        {
            h = stage.Forward(h, context, skips);
        }

        return _output.forward(h);
    }
}
