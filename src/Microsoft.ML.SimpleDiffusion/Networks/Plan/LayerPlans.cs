namespace Microsoft.ML.SimpleDiffusion.Networks.Plan;

/// <summary>A convolution with a square kernel.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Inputs">Channels that it reads.</param>
/// <param name="Outputs">Channels that it makes.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Pixels">Pixels that it makes of one image.</param>
internal sealed record ConvPlan(string Name, int Inputs, int Outputs, int Kernel, long Pixels) : PartPlan(Name)
{
    /// <summary>Whether what lies beyond an edge is what lies within the other, instead of zeros.</summary>
    public bool IsCircular { get; init; }

    /// <summary>Whether it leads from hidden features to hidden features.</summary>
    public bool IsHidden { get; init; } = true;

    /// <inheritdoc/>
    public override IEnumerable<WeightPlan> Weights
        => [new("weight", Outputs, Inputs, Kernel, Kernel) { HiddenMatrices = IsHidden ? 1 : 0 }, new("bias", Outputs)];

    /// <inheritdoc/>
    public override long Flops => 2L * Inputs * Outputs * Kernel * Kernel * Pixels;
}

/// <summary>The transposed convolution that undoes a convolution whose stride is its kernel.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Inputs">Channels that it reads.</param>
/// <param name="Outputs">Channels that it makes.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Pixels">Pixels that it reads of one image.</param>
internal sealed record TransposedConvPlan(string Name, int Inputs, int Outputs, int Kernel, long Pixels) : PartPlan(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<WeightPlan> Weights => [new("weight", Inputs, Outputs, Kernel, Kernel), new("bias", Outputs)];

    /// <inheritdoc/>
    public override long Flops => 2L * Inputs * Outputs * Kernel * Kernel * Pixels;
}

/// <summary>The paper's 'Dense'.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Inputs">Numbers that it reads.</param>
/// <param name="Outputs">Numbers that it makes.</param>
/// <param name="Rows">Rows of one image.</param>
internal sealed record DensePlan(string Name, int Inputs, int Outputs, long Rows) : PartPlan(Name)
{
    /// <summary>Layers between hidden features that it joins into one; 0 for a layer that is not between hidden features.</summary>
    public int HiddenLayers { get; init; } = 1;

    /// <summary>Whether it makes anything of zeros.</summary>
    public bool HasBias { get; init; } = true;

    /// <summary>Whether training alone has a use for it.</summary>
    public bool IsForTraining { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<WeightPlan> Weights
    {
        get
        {
            var weight = new WeightPlan("weight", Outputs, Inputs) { HiddenMatrices = HiddenLayers, IsForTraining = IsForTraining };
            return HasBias ? [weight, new("bias", Outputs) { IsForTraining = IsForTraining }] : [weight];
        }
    }

    /// <inheritdoc/>
    public override long Flops => 2L * Inputs * Outputs * Rows;
}

/// <summary>The paper's 'NormalizeWithBias' on feature maps.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Channels">Channels of the feature maps.</param>
/// <param name="ChannelsPerGroup">Fewest channels of a group.</param>
internal sealed record GroupNormPlan(string Name, int Channels, int ChannelsPerGroup) : PartPlan(Name)
{
    private const int MaxGroups = 32;

    /// <summary>Groups of channels that are normalised together: the largest divisor of the channels that is at most 32 and leaves each group enough channels.</summary>
    public int Groups => Enumerable.Range(1, Math.Clamp(Channels / ChannelsPerGroup, 1, MaxGroups)).Last(groups => Channels % groups == 0);

    /// <inheritdoc/>
    public override IEnumerable<WeightPlan> Weights => [new("weight", Channels), new("bias", Channels)];

    /// <inheritdoc/>
    public override long Flops => 0;
}

/// <summary>The paper's 'Normalize' and 'NormalizeWithBias' on tokens.</summary>
internal sealed record LayerNormPlan(string Name, int Channels, bool HasBias) : PartPlan(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<WeightPlan> Weights => HasBias ? [new("weight", Channels), new("bias", Channels)] : [new("weight", Channels)];

    /// <inheritdoc/>
    public override long Flops => 0;
}

/// <summary>A table of embeddings, a row each.</summary>
internal sealed record TablePlan(string Name, int Rows, int Width) : PartPlan(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<WeightPlan> Weights => [new("weight", Rows, Width)];

    /// <inheritdoc/>
    public override long Flops => 0;
}

/// <summary>A learned embedding of each position.</summary>
internal sealed record PositionsPlan(int Positions, int Width) : PartPlan(ParameterName)
{
    /// <summary>Name of the parameters that embed positions.</summary>
    public const string ParameterName = "position_embedding";

    /// <inheritdoc/>
    public override IEnumerable<WeightPlan> Weights => [new(string.Empty, Positions, Width)];

    /// <inheritdoc/>
    public override long Flops => 0;
}
