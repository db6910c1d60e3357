namespace Microsoft.ML.SimpleDiffusion.Networks.Plan;

/// <summary>
/// A whole network, said once: <see cref="DenoisingNetwork"/> builds its modules from it, and weights, work and memory are counted by it without allocating
/// anything. <see cref="UVitPlan"/> and <see cref="UNetPlan"/> write it.
/// </summary>
internal sealed record NetworkPlan() : BlockPlan(string.Empty)
{
    /// <summary>Weight, gradient, two moments of Adam and moving average, each float32.</summary>
    private const int BytesPerParameter = 5 * sizeof(float);

    public required NetworkSpecification Specification { get; init; }

    public required EmbeddingPlan Embedding { get; init; }

    public required PatchingPlan? Patching { get; init; }

    public required TextEncoderPlan? Text { get; init; }

    public required ConvPlan Input { get; init; }

    public required CoordinatesPlan? Coordinates { get; init; }

    public required ListPlan<DownStagePlan> Down { get; init; }

    public required MiddlePlan Middle { get; init; }

    public required ListPlan<UpStagePlan> Up { get; init; }

    public required OutputPlan Output { get; init; }

    /// <summary>Number of trained weights.</summary>
    public long ParameterCount => Weights.Sum(weight => weight.Count);

    /// <summary>Operations of training on one image: forward, gradient of the inputs and gradient of the weights are about the same work.</summary>
    public long TrainingFlops => 3 * Flops;

    /// <summary>Bytes of weights, gradient, moments and moving average in training.</summary>
    public long StateBytes => BytesPerParameter * ParameterCount;

    /// <summary>Bytes that the forward pass over one image keeps for the backward pass, in float32. Scratch space and the allocator's own losses are left out.</summary>
    public long ActivationBytesPerImage => sizeof(float) * KeptValues;

    /// <inheritdoc/>
    public override long KeptValues => (Input.Inputs * Input.Pixels) + base.KeptValues;

    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Middle.Positions, Embedding, Patching, Text, Input, Coordinates, Down, .. Middle.Blocks, Up, Output];

    /// <summary>The plan of a network.</summary>
    /// <param name="s">Its shape.</param>
    /// <param name="textTokens">Tokens of the text to count, for a network with text; null for as many as it reads at most.</param>
    public static NetworkPlan Of(NetworkSpecification s, int? textTokens = null)
    {
        long text = textTokens ?? s.Text?.MaxLength ?? 0;
        return s.Architecture switch
        {
            NetworkArchitecture.UVit => UVitPlan.Create(s, SkipConnections.EveryBlock, text),
            NetworkArchitecture.ResidualUVit => UVitPlan.Create(s, SkipConnections.EveryLevel, text),
            NetworkArchitecture.UNet => UNetPlan.Create(s, text),
            _ => throw new ArgumentOutOfRangeException(nameof(s), s.Architecture, "Unknown architecture."),
        };
    }
}

/// <summary>What lies between the way down and the way up. Its parts are registered with the network itself.</summary>
internal abstract record MiddlePlan
{
    /// <summary>Embedding of positions before the blocks, or null.</summary>
    public abstract PositionsPlan? Positions { get; }

    public abstract IEnumerable<PartPlan> Blocks { get; }
}

/// <summary>The transformer of a U-ViT.</summary>
internal sealed record TransformerMiddlePlan(PositionsPlan Embedding, ListPlan<TransformerBlockPlan> Transformer) : MiddlePlan
{
    /// <inheritdoc/>
    public override PositionsPlan Positions => Embedding;

    /// <inheritdoc/>
    public override IEnumerable<PartPlan> Blocks => [Transformer];
}

/// <summary>Two residual blocks with attention between them, as in the U-Net.</summary>
internal sealed record ResidualMiddlePlan(ResBlockPlan First, SpatialAttentionPlan Attention, ResBlockPlan Second) : MiddlePlan
{
    /// <inheritdoc/>
    public override PositionsPlan? Positions => null;

    /// <inheritdoc/>
    public override IEnumerable<PartPlan> Blocks => [First, Attention, Second];
}

/// <summary>Writes what all networks have around their levels.</summary>
internal static class EndParts
{
    /// <summary>The whole network.</summary>
    /// <param name="s">Its shape.</param>
    /// <param name="textTokens">Tokens of one text.</param>
    /// <param name="down">The way down.</param>
    /// <param name="middle">What lies between.</param>
    /// <param name="up">The way up.</param>
    public static NetworkPlan Around(NetworkSpecification s, long textTokens, ListPlan<DownStagePlan> down, MiddlePlan middle, ListPlan<UpStagePlan> up)
    {
        long pixels = (long)s.Height * s.Width;
        return new NetworkPlan
        {
            Specification = s,
            Embedding = new EmbeddingPlan(s.BaseChannels, s.EmbeddingChannels, s.ClassCount, s.HasPortraitFlag, s.Text?.Width, s.HasGuidanceInput, s.HasAugmentationInput, s.HasUncertainty),
            Patching = PatchingPlan.Of(s),
            Text = TextEncoderPlan.Of(s.Text, textTokens),
            Input = new ConvPlan("input", s.PatchedChannels, s.LevelChannels(0), 3, pixels) { IsHidden = false, IsCircular = s.IsSeamless },
            Coordinates = s.HasCoordinates ? new CoordinatesPlan(s.LevelChannels(0), pixels) : null,
            Down = down,
            Middle = middle,
            Up = up,
            Output = new OutputPlan(s.LevelChannels(0), s.PatchedChannels, s.ChannelsPerGroup, s.IsSeamless, pixels),
        };
    }
}
