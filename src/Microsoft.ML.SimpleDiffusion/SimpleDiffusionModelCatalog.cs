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
    /// it to the temporary folder before any component sees it, so that a file of a megabyte can fill a disk.
    /// </summary>
    /// <param name="catalog">The catalog, <c>mlContext.Model</c>.</param>
    /// <param name="filePath">The file.</param>
    /// <param name="inputSchema">Columns of its input.</param>
    /// <param name="maxUnpackedBytes">Most bytes that it may unpack to. Null (default): twenty times its length and 256 MB more.</param>
    /// <param name="compute">Where and how image generators in it compute, as in <see cref="SimpleDiffusionTransformer.WithCompute"/>. Null (default): on the GPU if there is one.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="FormatException">The file is damaged, no model, or would unpack to too much.</exception>
    public static ITransformer LoadChecked(this ModelOperationsCatalog catalog, string filePath, out DataViewSchema inputSchema, long? maxUnpackedBytes = null, ComputeOptions? compute = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(filePath);
        OptionsValidator.ValidateCompute(compute ?? new ComputeOptions());
        ModelZip.Check(filePath, maxUnpackedBytes);
        using var scope = ModelIO.ComputeWith(compute);
        return catalog.Load(filePath, out inputSchema);
    }
}
