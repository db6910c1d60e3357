using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.SimpleDiffusion.Data.Folders;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;

namespace Microsoft.ML;

/// <summary>Adds to <c>mlContext.Data</c> what finds images.</summary>
public static class SimpleDiffusionDataCatalog
{
    /// <summary>
    /// Loads the images of a folder: column <c>ImagePath</c> (text, full paths), and <c>Label</c> (text) where images are in a folder for each class, or
    /// <c>Caption</c> (text) where a file has captions. Images are in the order of their names, those with captions in the order of the captions file, and are
    /// decoded when they are used.
    /// </summary>
    /// <param name="catalog">The catalog, <c>mlContext.Data</c>.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <returns>A view that knows its number of rows and can be shuffled.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">There is no captions file, or an image that it names is missing.</exception>
    /// <exception cref="FormatException">
    /// There are no images, or none of a class; an image lies in no folder of a class; a line of the captions file is damaged, names no image, or says the same
    /// as another. The message names the file and the line.
    /// </exception>
    public static IDataView LoadFromImageFolder(this DataOperationsCatalog catalog, string folder, ImageFolderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        options ??= new ImageFolderOptions();
        ImageFolderOptionsValidator.Validate(options);
        var (rows, conditionColumn) = ImageFolder.Read(folder, options);
        var schema = SchemaDefinition.Create(typeof(ImageFolderRow));
        if (conditionColumn is null)
        {
            schema.Remove(schema[nameof(ImageFolderRow.Condition)]);
        }
        else
        {
            schema[nameof(ImageFolderRow.Condition)].ColumnName = conditionColumn;
        }

        return ListView.Create(catalog, rows, schema);
    }
}
