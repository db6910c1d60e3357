using Microsoft.ML.SimpleDiffusion.Evaluation;

namespace Microsoft.ML;

/// <summary>Adds image generation to the <see cref="MLContext"/>.</summary>
public static class ImageGenerationCatalogExtensions
{
    /// <summary>Metrics, sweeps and reports for models that generate images.</summary>
    /// <param name="context">The context.</param>
    public static ImageGenerationCatalog ImageGeneration(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ImageGenerationCatalog(context);
    }
}
