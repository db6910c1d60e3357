namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>Settings of the small classifier.</summary>
public sealed class SmallImageClassifierOptions
{
    /// <summary>
    /// Column of images: image, file path, bytes of an image file, or pixel vector [channels, height, width]. They are cut to their middle square and
    /// resized. Default: <c>Image</c>.
    /// </summary>
    public string ImageColumnName { get; set; } = "Image";

    /// <summary>Column of classes: key or text. Needed to fit, never to transform. Default: <c>Label</c>.</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>Name of the output column of features, a vector of 64. Default: <c>Features</c>.</summary>
    public string FeatureColumnName { get; set; } = "Features";

    /// <summary>Name of the output column of probabilities, one for each class. Default: <c>Score</c>.</summary>
    public string ScoreColumnName { get; set; } = "Score";

    /// <summary>Name of the output column with the likeliest class, a key. Default: <c>PredictedLabel</c>.</summary>
    public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

    /// <summary>Pixels on a side of what the network sees, 4 to 512. Default: 64.</summary>
    public int ImageSize { get; set; } = 64;

    /// <summary>3 (RGB, default), 1 (grey), 4 (RGBA: what is transparent counts too), or up to 16 of pixel vectors.</summary>
    public int Channels { get; set; } = 3;

    /// <summary>Passes over the training images, 1 or more. Default: 16.</summary>
    public int Epochs { get; set; } = 16;

    /// <summary>Images of a training step, and images classified at once, 1 to 65536. Default: 64.</summary>
    public int BatchSize { get; set; } = 64;

    /// <summary>Peak of the learning rate, above 0. Default: 0.002.</summary>
    public double LearningRate { get; set; } = 2e-3;

    /// <summary>Whether half of the training images are mirrored. Right where a mirrored image is of the same class, which digits are not. Default: false.</summary>
    public bool RandomHorizontalFlip { get; set; }

    /// <summary>Seed of weights, order and mirroring. The same seed gives the same classifier on the same machine. Default: 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Device and threads. The precision is always float32.</summary>
    public ComputeOptions Compute { get; set; } = new();

    /// <summary>Stops the training.</summary>
    public CancellationToken CancellationToken { get; set; }

    internal SmallImageClassifierOptions Clone()
    {
        var clone = (SmallImageClassifierOptions)MemberwiseClone();
        clone.Compute = Compute.Clone();
        return clone;
    }

    internal void Validate()
    {
        Require.NotEmpty(nameof(ImageColumnName), ImageColumnName);
        Require.NotEmpty(nameof(LabelColumnName), LabelColumnName);
        Require.NotEmpty(nameof(FeatureColumnName), FeatureColumnName);
        Require.NotEmpty(nameof(ScoreColumnName), ScoreColumnName);
        Require.NotEmpty(nameof(PredictedLabelColumnName), PredictedLabelColumnName);
        Require.That(
            nameof(FeatureColumnName),
            FeatureColumnName,
            new[] { FeatureColumnName, ScoreColumnName, PredictedLabelColumnName }.Distinct().Count() == 3,
            "must differ from the other output columns, which must differ too");
        Require.Range(nameof(ImageSize), ImageSize, 4, 512);
        Require.Range(nameof(Channels), Channels, 1, Data.Imaging.ImageSize.MaxChannels);
        Require.AtLeast(nameof(Epochs), Epochs, 1);
        Require.Range(nameof(BatchSize), BatchSize, 1, 65536);
        Require.Above(nameof(LearningRate), LearningRate, 0);
        Require.NotNull(nameof(Compute), Compute);
        Require.Defined($"{nameof(Compute)}.{nameof(Compute.Device)}", Compute.Device);
        Require.Range($"{nameof(Compute)}.{nameof(Compute.DeviceIndex)}", Compute.DeviceIndex, 0, 1023);
        Require.Range($"{nameof(Compute)}.{nameof(Compute.Threads)}", Compute.Threads ?? 1, 1, 4096);
    }
}
