namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>Settings of the classifier distance.</summary>
public sealed class ClassifierDistanceOptions
{
    /// <inheritdoc cref="SmallImageClassifierOptions.ImageColumnName"/>
    public string ImageColumnName { get; set; } = "Image";

    /// <summary>Column of classes of the real images: key or text. Default: <c>Label</c>.</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <inheritdoc cref="SmallImageClassifierOptions.ImageSize"/>
    public int ImageSize { get; set; } = 64;

    /// <inheritdoc cref="SmallImageClassifierOptions.Channels"/>
    public int Channels { get; set; } = 3;

    /// <inheritdoc cref="SmallImageClassifierOptions.Epochs"/>
    public int Epochs { get; set; } = 16;

    /// <inheritdoc cref="SmallImageClassifierOptions.RandomHorizontalFlip"/>
    public bool RandomHorizontalFlip { get; set; }

    /// <inheritdoc cref="SmallImageClassifierOptions.Seed"/>
    public int Seed { get; set; } = 1;

    /// <summary>
    /// Most images that <see cref="ClassifierDistanceMetric.Evaluate"/> generates, 2 or more, for evenly spaced rows of the validation data. The fewer, the
    /// higher the distance of the same model comes out. Default: 256.
    /// </summary>
    public int MaxImages { get; set; } = 256;

    /// <summary>How <see cref="ClassifierDistanceMetric.Evaluate"/> generates. Null (default): as the model is set to.</summary>
    public SamplingOptions? Sampling { get; set; }

    /// <summary>Device and threads of the classifier.</summary>
    public ComputeOptions Compute { get; set; } = new();

    /// <summary>Stops the training of the classifier.</summary>
    public CancellationToken CancellationToken { get; set; }

    internal ClassifierDistanceOptions Clone()
    {
        var clone = (ClassifierDistanceOptions)MemberwiseClone();
        clone.Sampling = Sampling?.Clone();
        clone.Compute = Compute.Clone();
        return clone;
    }

    internal void Validate()
    {
        ToClassifierOptions().Validate();
        Require.AtLeast(nameof(MaxImages), MaxImages, 2);
    }

    internal SmallImageClassifierOptions ToClassifierOptions() => new()
    {
        ImageColumnName = ImageColumnName,
        LabelColumnName = LabelColumnName,
        ImageSize = ImageSize,
        Channels = Channels,
        Epochs = Epochs,
        RandomHorizontalFlip = RandomHorizontalFlip,
        Seed = Seed,
        Compute = Compute,
        CancellationToken = CancellationToken,
    };
}
