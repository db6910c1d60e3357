namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>
/// Metrics, sweeps and reports for models that generate images. Get it with
/// <see cref="ImageGenerationCatalogExtensions.ImageGeneration(MLContext)"/>.
/// </summary>
public sealed class ImageGenerationCatalog
{
    private readonly MLContext _context;

    internal ImageGenerationCatalog(MLContext context) => _context = context;

    /// <summary>The context that this catalog belongs to.</summary>
    internal MLContext Context => _context;
}
