namespace Microsoft.ML.SimpleDiffusion.ResNet;

/// <summary>Settings of the ResNet18 Fréchet distance.</summary>
public sealed class ResNet18DistanceOptions
{
    /// <summary>Column of the real images, of any kind that <see cref="ResNet18Options.ImageColumnName"/> takes. Default: <c>Image</c>.</summary>
    public string ImageColumnName { get; set; } = "Image";

    /// <summary>
    /// Column of the generated images that <see cref="ResNet18Catalog.EvaluateResNet18"/> compares with them. Default: <c>GeneratedImage</c>. A model in
    /// training names its own.
    /// </summary>
    public string GeneratedColumnName { get; set; } = "GeneratedImage";

    /// <summary>
    /// Most images that <see cref="ResNet18DistanceMetric.Evaluate"/> generates, 2 or more, for evenly spaced rows of the validation data. The fewer, the
    /// higher the distance of the same model comes out, and with 512 or fewer much higher. Default: 1,024.
    /// </summary>
    public int MaxImages { get; set; } = 1024;

    /// <summary>How <see cref="ResNet18DistanceMetric.Evaluate"/> generates. Null (default): as the model is set to.</summary>
    public SamplingOptions? Sampling { get; set; }

    /// <summary>
    /// Folder that keeps the features of real images, 2 KB each, so that they are computed once over runs and processes; created if needed, and safe to share
    /// or delete. Null (default): none.
    /// </summary>
    public string? CacheDirectory { get; set; }

    /// <inheritdoc cref="ResNet18Options.NetworkFolder" path="/summary"/>
    public string? NetworkFolder { get; set; }

    /// <inheritdoc cref="ResNet18Options.Threads" path="/summary"/>
    public int? Threads { get; set; }

    /// <summary>Stops the reading of the real images, and <see cref="ResNet18Catalog.EvaluateResNet18"/>.</summary>
    public CancellationToken CancellationToken { get; set; }

    internal ResNet18DistanceOptions Clone()
    {
        var clone = (ResNet18DistanceOptions)MemberwiseClone();
        clone.Sampling = Sampling?.Clone();
        return clone;
    }
}
