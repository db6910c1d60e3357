using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Onnx;
using Microsoft.ML.SimpleDiffusion.Onnx.Export;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Adds to trained models what writes them as ONNX.</summary>
public static class SimpleDiffusionOnnxExport
{
    /// <summary>
    /// Writes the denoising network as a standard ONNX file (opset 17), which any ONNX Runtime runs, and which says in its own metadata how to draw images with
    /// it, or, with <see cref="OnnxExportOptions.WholeSampler"/>, the whole sampler; docs/onnx.md is the contract. A model with captions or embeddings has its text encoder in a second file, such as model.text.onnx, and weights from
    /// <see cref="OnnxExportOptions.ExternalDataFromBytes"/> go to another one, model.onnx.data. Each file is there as a whole or not at all.
    /// </summary>
    /// <param name="model">The model. It is not changed.</param>
    /// <param name="path">The file, such as model.onnx. Its folder is created if needed.</param>
    /// <param name="options">Precision and files, or null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or a whole sampler cannot do what the model's options say.</exception>
    /// <exception cref="InvalidOperationException">A weight does not fit into half precision.</exception>
    /// <exception cref="IOException">A file cannot be written, or the disk is full.</exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed of.</exception>
    public static void SaveAsOnnx(this SimpleDiffusionTransformer model, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var settings = options?.Clone() ?? new OnnxExportOptions();
        OnnxOptionsValidator.Validate(settings);
        if (settings.WholeSampler)
        {
            OnnxOptionsValidator.ValidateWholeSampler(model.Options);
        }

        var generator = model.Model as TorchGenerator ?? throw new ArgumentException("The model has no weights of its own to export.", nameof(model));
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

        // The options of the transformer, so that the file knows how it samples and which columns it reads.
        var configuration = generator.Configuration with { Options = model.Options };
        generator.Model.Use(denoising =>
        {
            ModelExporter.Export(denoising, configuration, path, settings);
            return true;
        });
    }
}
