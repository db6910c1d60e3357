namespace Microsoft.ML.SimpleDiffusion.Data.Folders;

/// <summary>Finds the images of a folder and what it says of each.</summary>
internal sealed class ImageFolder
{
    private static readonly string[] CaptionsFileNames = ["captions.tsv", "captions.csv", "metadata.csv"];

    private readonly DirectoryInfo _folder;
    private readonly ImageFolderOptions _options;

    private ImageFolder(DirectoryInfo folder, ImageFolderOptions options) => (_folder, _options) = (folder, options);

    private string Endings => string.Join(", ", _options.Extensions);

    /// <summary>The images, in an order that is the same on every machine, and the column for what is said of them; null if nothing is.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">Checked options.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">There is no captions file, or an image that it names is missing.</exception>
    /// <exception cref="FormatException">The folder or its captions file is not what the options say.</exception>
    public static (IList<ImageFolderRow> Rows, string? ConditionColumn) Read(string path, ImageFolderOptions options)
    {
        var folder = new DirectoryInfo(Path.GetFullPath(path));
        return folder.Exists ? new ImageFolder(folder, options).Read() : throw new DirectoryNotFoundException($"There is no folder '{path}'.");
    }

    private (IList<ImageFolderRow> Rows, string? ConditionColumn) Read() => _options.Condition switch
    {
        ImageFolderCondition.Captions => (ReadCaptions(FindCaptionsFile() ?? throw NoCaptionsFile()), ImageFolderRow.CaptionColumn),
        ImageFolderCondition.Folders => (ReadClasses(), ImageFolderRow.LabelColumn),
        ImageFolderCondition.None => (ReadImages(), null),
        _ when FindCaptionsFile() is string captions => (ReadCaptions(captions), ImageFolderRow.CaptionColumn),
        _ when VisibleFiles.FoldersIn(_folder).Any(child => ImagesIn(child).Count > 0) => (ReadClasses(), ImageFolderRow.LabelColumn),
        _ => (ReadImages(), null),
    };

    private List<ImageFolderRow> ReadImages()
    {
        var images = ImagesIn(_folder);
        return images.Count > 0 ? [.. images.Select(path => new ImageFolderRow(path))] : throw NoImages();
    }

    private List<ImageFolderRow> ReadClasses()
    {
        if (VisibleFiles.In(_folder, recursive: false, _options.Extensions) is [var stray, ..])
        {
            throw new FormatException($"The image '{stray}' lies in no folder of a class: '{_folder}' needs a folder for each class, with its images in it.");
        }

        var rows = new List<ImageFolderRow>();
        string? empty = null;
        foreach (var child in VisibleFiles.FoldersIn(_folder))
        {
            var images = ImagesIn(child);
            empty ??= images.Count == 0 ? child.FullName : null;
            rows.AddRange(images.Select(path => new ImageFolderRow(path, child.Name)));
        }

        return rows.Count == 0 ? throw NoImages()
            : empty is not null ? throw new FormatException($"The folder '{empty}' should have the images of a class, but there are none in it ({Endings}).")
            : rows;
    }

    private List<ImageFolderRow> ReadCaptions(string captionsFile)
    {
        var table = DelimitedText.Read(captionsFile);
        int fileAt = table.IndexOf(_options.FileColumnName is string file ? [file] : ["file", "file_name", "image"]);
        int captionAt = table.IndexOf(_options.CaptionColumnName is string caption ? [caption] : ["caption", "text"]);
        var lines = new Dictionary<ImageFolderRow, long>();
        foreach (var (line, values) in table.Rows.Where(row => IsChosen(table, row.Values)))
        {
            var row = new ImageFolderRow(Locate(values[fileAt], $"Line {line} of '{captionsFile}'"), values[captionAt].Trim());
            if (!lines.TryAdd(row, line))
            {
                throw new FormatException($"Line {line} of '{captionsFile}' says the same of the image '{values[fileAt]}' as line {lines[row]}.");
            }
        }

        return lines.Count > 0
            ? [.. lines.OrderBy(pair => pair.Value).Select(pair => pair.Key)]
            : throw new FormatException($"The captions file '{captionsFile}' has no rows{(table.Rows.Count > 0 ? " that the option Where takes" : string.Empty)}.");
    }

    private bool IsChosen(DelimitedText table, string[] values)
        => _options.Where is null || _options.Where(table.Columns.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second));

    /// <summary>The full path of an image that a captions file names.</summary>
    private string Locate(string file, string line)
    {
        if (string.IsNullOrWhiteSpace(file))
        {
            throw new FormatException($"{line} names no image.");
        }

        if (file.Contains('\0', StringComparison.Ordinal))
        {
            throw new FormatException($"{line} names an image by what can be no path.");
        }

        // Files that were written on Windows have its separators.
        string path = Path.GetFullPath(file.Replace('\\', '/'), _folder.FullName);
        return !path.StartsWith(Path.TrimEndingDirectorySeparator(_folder.FullName) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
                ? throw new FormatException($"{line} names the image '{file}', which lies outside of the folder '{_folder}'.")
            : !_options.Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
                ? throw new FormatException($"{line} names '{file}', which is no image ({Endings}).")
            : !File.Exists(path) ? throw new FileNotFoundException($"{line} names the image '{file}', which is not in the folder '{_folder}'.", path)
            : path;
    }

    private string? FindCaptionsFile()
    {
        if (_options.CaptionsFile is string named)
        {
            return Path.GetFullPath(named, _folder.FullName);
        }

        string[] found = [.. CaptionsFileNames.Select(name => Path.Combine(_folder.FullName, name)).Where(File.Exists)];
        return found.Length < 2 ? found.FirstOrDefault() : throw new FormatException($"There are two captions files, '{found[0]}' and '{found[1]}': the option CaptionsFile must say which one to use.");
    }

    private IReadOnlyList<string> ImagesIn(DirectoryInfo folder) => VisibleFiles.In(folder, _options.Recursive, _options.Extensions);

    private FormatException NoImages() => new($"There are no images in '{_folder}' ({Endings}).");

    private FileNotFoundException NoCaptionsFile() => new($"There is no captions file in '{_folder}': {string.Join(" or ", CaptionsFileNames)}, or what the option CaptionsFile names.");
}

/// <summary>An image and what is said of it.</summary>
/// <param name="ImagePath">The file's full path.</param>
/// <param name="Condition">Label or caption; empty for none.</param>
internal sealed record ImageFolderRow(string ImagePath, string Condition = "")
{
    public const string LabelColumn = "Label";
    public const string CaptionColumn = "Caption";

    /// <summary>As ML.NET wants row types to be.</summary>
    public ImageFolderRow()
        : this(string.Empty)
    {
    }
}
