namespace Microsoft.ML.SimpleDiffusion.Data.Folders;

/// <summary>What people put into folders, without what systems and programs leave there.</summary>
internal static class VisibleFiles
{
    private static readonly HashSet<string> Litter = new(
        ["__MACOSX", "@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found", "Thumbs.db", "desktop.ini"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The folders directly in a folder, by name.</summary>
    public static IEnumerable<DirectoryInfo> FoldersIn(DirectoryInfo folder)
        => folder.EnumerateDirectories().Where(IsVisible).OrderBy(child => child.Name, StringComparer.Ordinal);

    /// <summary>Paths of the files in a folder, in an order that is the same on every machine. Links are followed, but not in a circle.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="recursive">Whether files in folders below are among them.</param>
    /// <param name="extensions">Endings that their names may have.</param>
    public static IReadOnlyList<string> In(DirectoryInfo folder, bool recursive, IReadOnlyList<string> extensions)
    {
        var wanted = extensions.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. Below(folder, recursive, [])
            .Where(file => wanted.Contains(file.Extension))
            .Select(file => file.FullName)
            .OrderBy(path => path.Replace(Path.DirectorySeparatorChar, '/'), StringComparer.Ordinal)];
    }

    private static IEnumerable<FileInfo> Below(DirectoryInfo folder, bool recursive, IReadOnlyList<string> ancestors)
    {
        string real = folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName;
        if (ancestors.Contains(real))
        {
            return [];
        }

        var files = folder.EnumerateFiles().Where(IsVisible);
        return recursive ? files.Concat(FoldersIn(folder).SelectMany(child => Below(child, recursive, [.. ancestors, real]))) : files;
    }

    private static bool IsVisible(FileSystemInfo item)
        => item.Name[0] != '.' && !Litter.Contains(item.Name) && (item.Attributes & (FileAttributes.Hidden | FileAttributes.System)) == 0;
}
