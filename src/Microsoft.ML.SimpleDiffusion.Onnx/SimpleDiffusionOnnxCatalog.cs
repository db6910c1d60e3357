using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Onnx;

namespace Microsoft.ML;

/// <summary>Adds exported simple diffusion models to <c>mlContext.Transforms</c>.</summary>
public static class SimpleDiffusionOnnxCatalog
{
    /// <summary>
    /// Creates an estimator whose transformer adds a column of images that ONNX Runtime generates from a model that <c>SaveAsOnnx</c> has written. Libtorch is
    /// not needed. Nothing is learnt: fitting opens the model.
    /// </summary>
    /// <param name="catalog">The catalog, <c>mlContext.Transforms</c>.</param>
    /// <param name="modelFile">The ONNX file of the denoiser. Its text encoder and large weights, if it has them, lie in the same folder.</param>
    /// <param name="options">Sampling, columns and device, or null to do as the model says. Copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or something is asked of the model that it has not learnt.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="FormatException">A file is no exported model, is damaged or has been altered, or two do not belong together.</exception>
    public static SimpleDiffusionOnnxEstimator ApplySimpleDiffusionOnnx(this TransformsCatalog catalog, string modelFile, OnnxGenerationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(modelFile);
        return new SimpleDiffusionOnnxEstimator(MLEnvironment.Of(catalog), modelFile, options ?? new OnnxGenerationOptions());
    }
}
