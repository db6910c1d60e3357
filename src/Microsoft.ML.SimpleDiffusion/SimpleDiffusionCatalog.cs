using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;

namespace Microsoft.ML;

/// <summary>Adds simple diffusion to <c>mlContext.Transforms</c>.</summary>
public static class SimpleDiffusionCatalog
{
    /// <summary>
    /// Creates an estimator that trains a diffusion model on a column of images, and whose transformer adds a column of generated images.
    /// </summary>
    /// <param name="catalog">The catalog, <c>mlContext.Transforms</c>.</param>
    /// <param name="outputColumnName">Name of the column of generated images.</param>
    /// <param name="imageColumnName">Name of the column of training images: image, file path, bytes of an image file, or pixel vector [channels, height, width].</param>
    /// <param name="conditionColumnName">Name of the column that says what an image shows (keys, captions, or embeddings of captions), or null for an unconditional model.</param>
    /// <param name="imageHeight">Height of the images in pixels.</param>
    /// <param name="imageWidth">Width of the images in pixels.</param>
    /// <param name="trainingSteps">Number of optimizer steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, or the network does not fit the image size.</exception>
    public static SimpleDiffusionEstimator SimpleDiffusion(
        this TransformsCatalog catalog,
        string outputColumnName,
        string imageColumnName,
        string? conditionColumnName = null,
        int imageHeight = 64,
        int imageWidth = 64,
        int trainingSteps = 10_000)
        => catalog.SimpleDiffusion(new SimpleDiffusionOptions
        {
            OutputColumnName = outputColumnName,
            ImageColumnName = imageColumnName,
            ConditionColumnName = conditionColumnName,
            ImageHeight = imageHeight,
            ImageWidth = imageWidth,
            Training = new TrainingOptions { Steps = trainingSteps },
        });

    /// <summary>
    /// Creates an estimator that trains a diffusion model on a column of images, and whose transformer adds a column of generated images.
    /// </summary>
    /// <param name="catalog">The catalog, <c>mlContext.Transforms</c>.</param>
    /// <param name="options">All settings. They are copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or options contradict each other.</exception>
    public static SimpleDiffusionEstimator SimpleDiffusion(this TransformsCatalog catalog, SimpleDiffusionOptions options)
        => new(MLEnvironment.Of(catalog), options);

    /// <summary>
    /// Creates an estimator that distills a trained model into one that draws in a few evaluations of the network, guidance included.
    /// </summary>
    /// <param name="catalog">The catalog, <c>mlContext.Transforms</c>.</param>
    /// <param name="teacher">The trained model. It is not changed, and must live until <c>Fit</c> returns.</param>
    /// <param name="options">All settings. They are copied. Null (default): four steps, and the guidance that the teacher has.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or asks of the teacher what it cannot do.</exception>
    public static SimpleDiffusionDistillationEstimator DistillSimpleDiffusion(
        this TransformsCatalog catalog, SimpleDiffusionTransformer teacher, DistillationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        return new(MLEnvironment.Of(catalog), teacher, options ?? new DistillationOptions());
    }
}
