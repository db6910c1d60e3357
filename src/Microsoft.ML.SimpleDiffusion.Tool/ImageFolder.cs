namespace Microsoft.ML.SimpleDiffusion.Tool;

/// <summary>Pictures in folders, as a model takes them.</summary>
internal static class ImageFolder
{
    /// <summary>A view with the columns that a model was trained with: the files' paths, and their classes or captions if it has any.</summary>
    /// <param name="context">ML.NET.</param>
    /// <param name="folder">A folder per class for a model with classes; for others pictures in any folders, with a captions file if the model reads captions.</param>
    /// <param name="options">The model's.</param>
    /// <param name="hasClasses">Whether the model has classes.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FormatException">The folder does not have what the model needs.</exception>
    public static IDataView Load(MLContext context, DirectoryInfo folder, SimpleDiffusionOptions options, bool hasClasses)
    {
        var view = context.Data.LoadFromImageFolder(folder.FullName, new ImageFolderOptions
        {
            Condition = options.ConditionColumnName is null ? ImageFolderCondition.None : hasClasses ? ImageFolderCondition.Folders : ImageFolderCondition.Auto,
        });
        string[] names = options.ConditionColumnName is string condition ? [options.ImageColumnName, condition] : [options.ImageColumnName];
        if (view.Schema.Count < names.Length)
        {
            throw new FormatException($"The model reads captions, so '{folder.FullName}' needs a captions file, or folders named like them.");
        }

        // The path comes first, then what is said of the picture.
        foreach (var (name, column) in names.Zip(view.Schema).ToArray())
        {
            view = name == column.Name ? view : context.Transforms.CopyColumns(name, column.Name).Fit(view).Transform(view);
        }

        return context.Transforms.SelectColumns(names).Fit(view).Transform(view);
    }
}
