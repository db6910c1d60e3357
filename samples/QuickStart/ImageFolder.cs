namespace QuickStart;

/// <summary>Pictures in a folder per class.</summary>
internal static class ImageFolder
{
    private static readonly HashSet<string> Extensions = new([".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"], StringComparer.OrdinalIgnoreCase);

    /// <summary>All pictures below <paramref name="folder"/>, labelled with the name of the folder they are in.</summary>
    public static IReadOnlyList<ImageExample> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        }

        var examples = Directory.EnumerateDirectories(folder)
            .Order(StringComparer.Ordinal)
            .SelectMany(Pictures)
            .ToList();
        return examples.Count > 0
            ? examples
            : throw new InvalidDataException($"The folder '{folder}' has no pictures in folders: it needs one folder per class, with the pictures of that class in it.");
    }

    private static IEnumerable<ImageExample> Pictures(string classFolder)
        => Directory.EnumerateFiles(classFolder, "*", SearchOption.AllDirectories)
            .Where(path => Extensions.Contains(Path.GetExtension(path)))
            .Order(StringComparer.Ordinal)
            .Select(path => new ImageExample { ImagePath = path, Label = Path.GetFileName(classFolder) });
}
