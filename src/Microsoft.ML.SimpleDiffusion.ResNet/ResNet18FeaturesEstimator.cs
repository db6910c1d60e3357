using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.ResNet.Features;
using Microsoft.ML.SimpleDiffusion.ResNet.Network;

namespace Microsoft.ML.SimpleDiffusion.ResNet;

/// <summary>
/// Turns images into the 512 features of a ResNet18 (He et al. 2015) that was trained on ImageNet. A distance between them is no FID, which has the 2,048 of
/// an Inception network. Create it with <see cref="ResNet18Catalog.ResNet18Features"/>.
/// </summary>
/// <remarks>Nothing is learnt: fitting loads the network.</remarks>
public sealed class ResNet18FeaturesEstimator : IEstimator<ResNet18FeaturesTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly ResNet18Options _options;

    internal ResNet18FeaturesEstimator(IHostEnvironment environment, ResNet18Options options)
    {
        ResNet18OptionsValidator.Validate(options);
        (_environment, _options) = (environment, options.Clone());
    }

    /// <summary>Loads the network.</summary>
    /// <param name="input">Only its columns are looked at.</param>
    /// <returns>A transformer that adds the features. Dispose of it to free the network.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">The network or ONNX Runtime is missing, or a file of the network is damaged.</exception>
    public ResNet18FeaturesTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = GetOutputSchema(SchemaShapes.Of(input.Schema));
        return new ResNet18FeaturesTransformer(_environment, _options, ResNet18Network.Open(_options.NetworkFolder, _options.Threads));
    }

    /// <summary>Checks the image column and adds that of features.</summary>
    /// <param name="inputSchema">Columns of the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return FeatureColumns.Shape(inputSchema, _options);
    }
}
