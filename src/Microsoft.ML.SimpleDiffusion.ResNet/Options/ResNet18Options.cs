namespace Microsoft.ML.SimpleDiffusion.ResNet;

/// <summary>Settings of the features of ResNet18.</summary>
public sealed class ResNet18Options
{
    /// <summary>
    /// Column of the images: image, file path, image file, or pixel vector [channels, height, width] of 1, 3 or 4 channels. Default: <c>Image</c>.
    /// </summary>
    public string ImageColumnName { get; set; } = "Image";

    /// <summary>Name of the column of features, a vector of 512 of Single. Default: <c>Features</c>.</summary>
    public string FeatureColumnName { get; set; } = "Features";

    /// <summary>
    /// Folder <c>DnnImageModels</c> of the package Microsoft.ML.DnnImageFeaturizer.ResNet18. Null (default): the one beside the application. Not saved with the transformer.
    /// </summary>
    [MachineOnly]
    public string? NetworkFolder { get; set; }

    /// <summary>Images that are worked on at once, 1 to 4096. Null (default): one for each core. Results do not depend on it. Not saved with the transformer.</summary>
    [MachineOnly]
    public int? Threads { get; set; }

    internal ResNet18Options Clone() => (ResNet18Options)MemberwiseClone();
}
