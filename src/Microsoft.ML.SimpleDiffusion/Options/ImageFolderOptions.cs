namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// How <see cref="ML.SimpleDiffusionDataCatalog.LoadFromImageFolder"/> reads a folder. Hidden files and folders, and what operating systems leave behind (such as
/// <c>__MACOSX</c>, <c>@eaDir</c> and <c>Thumbs.db</c>), are never read.
/// </summary>
public sealed class ImageFolderOptions
{
    /// <summary>What says what an image shows. Default: <see cref="ImageFolderCondition.Auto"/>.</summary>
    public ImageFolderCondition Condition { get; set; } = ImageFolderCondition.Auto;

    /// <summary>Whether images in folders of any depth are read (default), or only those directly in the folder or in the folder of a class.</summary>
    public bool Recursive { get; set; } = true;

    /// <summary>Endings of the names of images, in any case. Default: those of the formats that can be decoded.</summary>
    public IReadOnlyList<string> Extensions { get; set; } = [".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp"];

    /// <summary>
    /// The captions file: its path, absolute or from the folder. Its first line names the columns; values are separated by what that line has, a tab, else
    /// a comma, else a semicolon, and may be in double quotes. UTF-8, or UTF-16 with a mark. Null (default): <c>captions.tsv</c>, <c>captions.csv</c> or
    /// <c>metadata.csv</c> in the folder, if there is one.
    /// </summary>
    public string? CaptionsFile { get; set; }

    /// <summary>The captions file's column with the paths of the images, from the folder. Null (default): <c>file</c>, <c>file_name</c> or <c>image</c>.</summary>
    public string? FileColumnName { get; set; }

    /// <summary>The captions file's column with the captions. Null (default): <c>caption</c> or <c>text</c>.</summary>
    public string? CaptionColumnName { get; set; }

    /// <summary>Which rows of the captions file are used: is given each row's values by the names of their columns. Null (default): all.</summary>
    public Func<IReadOnlyDictionary<string, string>, bool>? Where { get; set; }
}
