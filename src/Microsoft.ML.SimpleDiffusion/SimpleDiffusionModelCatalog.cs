using System.Runtime.ExceptionServices;
using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML;

/// <summary>Adds to <c>mlContext.Model</c> what keeps models safe.</summary>
public static class SimpleDiffusionModelCatalog
{
    /// <summary>
    /// Saves a model as <see cref="ModelOperationsCatalog.Save(ITransformer, DataViewSchema, string)"/> does, but as a whole or not at all: until the new file is
    /// complete and on the disk, the old one stays, whatever happens to the process.
    /// </summary>
    /// <param name="catalog">The catalog, <c>mlContext.Model</c>.</param>
    /// <param name="model">The model.</param>
    /// <param name="inputSchema">Columns of its input, or null.</param>
    /// <param name="filePath">The file, such as model.zip.</param>
    /// <exception cref="IOException">The file cannot be written, or the disk is full. What was there is still there.</exception>
    public static void SaveAtomically(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string filePath)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(filePath);

        // ML.NET's zip writer goes back and forth, which a file can and any other stream may not.
        Files.Write(filePath, stream => catalog.Save(model, inputSchema, stream));
    }

    /// <summary>
    /// Loads a model as <see cref="ModelOperationsCatalog.Load(string, out DataViewSchema)"/> does, after a look at what it would unpack to: ML.NET writes all of
    /// it to the temporary folder before any component sees it, so that a file of a megabyte can fill a disk. What a component says is wrong comes as it was said,
    /// where <c>Load</c> puts it inside an "Error during class instantiation".
    /// </summary>
    /// <param name="catalog">The catalog, <c>mlContext.Model</c>.</param>
    /// <param name="filePath">The file.</param>
    /// <param name="inputSchema">Columns of its input.</param>
    /// <param name="maxUnpackedBytes">Most bytes that it may unpack to. Null (default): twenty times its length and 256 MB more.</param>
    /// <param name="compute">Where and how image generators in it compute, as in <see cref="SimpleDiffusionTransformer.WithCompute"/>. Null (default): on the GPU if there is one.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="FormatException">The file is damaged, no model, or would unpack to too much.</exception>
    /// <exception cref="InvalidOperationException">A component cannot be loaded here: libtorch or ONNX Runtime is missing.</exception>
    public static ITransformer LoadChecked(this ModelOperationsCatalog catalog, string filePath, out DataViewSchema inputSchema, long? maxUnpackedBytes = null, ComputeOptions? compute = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(filePath);
        OptionsValidator.ValidateCompute(compute ?? new ComputeOptions());
        ModelZip.Check(filePath, maxUnpackedBytes);
        using var scope = ModelIO.ComputeWith(compute);
        try
        {
            return catalog.Load(filePath, out inputSchema);
        }
        catch (Exception e) when (LoaderErrors.CauseOf(e) is var cause && cause != e)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }
}
