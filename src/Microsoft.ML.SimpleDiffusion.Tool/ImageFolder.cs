using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Tool;

/// <summary>Pictures in folders.</summary>
internal static class ImageFolder
{
    private static readonly HashSet<string> Extensions = new([".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"], StringComparer.OrdinalIgnoreCase);

    /// <summary>All pictures below a folder, in an order that is the same on every machine.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="needsClasses">Whether each picture must lie in a folder named like its class.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There are no pictures in it, or not in folders.</exception>
    public static IReadOnlyList<LabelledFile> Read(DirectoryInfo folder, bool needsClasses)
    {
        if (!folder.Exists)
        {
            throw new DirectoryNotFoundException($"There is no folder '{folder.FullName}'.");
        }

        var files = Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories)
            .Where(path => Extensions.Contains(Path.GetExtension(path)))
            .Order(StringComparer.Ordinal)
            .Select(path => new LabelledFile { ImagePath = path, Label = ClassOf(folder, path) })
            .ToList();
        if (files.Count == 0)
        {
            throw new InvalidDataException($"There are no pictures in '{folder.FullName}' ({string.Join(", ", Extensions)}).");
        }

        var unlabelled = files.FirstOrDefault(file => file.Label.Length == 0);
        return needsClasses && unlabelled is not null
            ? throw new InvalidDataException($"The picture '{unlabelled.ImagePath}' lies in no folder of a class: the model has classes, so '{folder.FullName}' needs a folder for each, with its pictures in it.")
            : files;
    }

    /// <summary>A view with the columns that a model was trained with: the files' paths, and their classes if it has any.</summary>
    public static IDataView ToView(MLContext context, IReadOnlyList<LabelledFile> files, SimpleDiffusionOptions options)
    {
        var schema = SchemaDefinition.Create(typeof(LabelledFile));
        schema[nameof(LabelledFile.ImagePath)].ColumnName = options.ImageColumnName;
        if (options.ConditionColumnName is string condition)
        {
            schema[nameof(LabelledFile.Label)].ColumnName = condition;
        }
        else
        {
            schema.Remove(schema[nameof(LabelledFile.Label)]);
        }

        return context.Data.LoadFromEnumerable(files, schema);
    }

    /// <summary>The first folder on the way from <paramref name="folder"/> to the file, or nothing.</summary>
    private static string ClassOf(DirectoryInfo folder, string path)
    {
        string[] parts = Path.GetRelativePath(folder.FullName, path).Split(Path.DirectorySeparatorChar);
        return parts.Length > 1 ? parts[0] : string.Empty;
    }
}
