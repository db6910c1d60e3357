using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>
/// The one way to files that are kept: models, checkpoints, records, caches. What is read is a regular file of bounded length; what is written is there as a
/// whole or not at all, and outlives a loss of power once it is there.
/// </summary>
internal static class Files
{
    /// <summary>Ending of files that are being written.</summary>
    public const string TemporaryExtension = ".tmp";

    private const int BufferSize = 1 << 20;

    /// <summary>After so long nobody writes a temporary file any more.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>Opens a file to read it.</summary>
    /// <param name="path">The file, or a link to it.</param>
    /// <param name="maxLength">Most bytes that it may have.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="FormatException">It is empty, longer than may be, or no regular file.</exception>
    public static Stream OpenRead(string path, long maxLength = long.MaxValue)
    {
        long length = RequireRegular(path, maxLength);
        FileFaults.Before(FileOperation.Open, path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (stream.CanSeek && stream.Length >= length && stream.Length <= maxLength)
        {
            return FileFaults.Watch(stream, path);
        }

        stream.Dispose();
        throw new FormatException($"'{path}' changed while it was opened.");
    }

    /// <summary>The whole content of a file.</summary>
    /// <inheritdoc cref="OpenRead"/>
    public static byte[] ReadAll(string path, long maxLength)
    {
        using var stream = OpenRead(path, maxLength);
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    /// <summary>
    /// Writes to a temporary name of its own in the same folder, flushes to the disk, renames, and flushes the folder. What had the name before stays
    /// untouched until then; the temporary file of a failed write is removed, and so are those that others left long ago.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes its content.</param>
    /// <param name="mustLast">Whether it has to outlive a loss of power; what can be made again and has a checksum, such as a cache of many small files, need not.</param>
    public static void Write(string path, Action<Stream> write, bool mustLast = true)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}{TemporaryExtension}";
        try
        {
            FileFaults.Before(FileOperation.Create, temporary);

            // CreateNew follows no link and takes nobody else's file.
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize))
            {
                var stream = new LatchedStream(FileFaults.Watch(file, temporary));
                write(stream);
                stream.Flush();
                stream.ThrowIfFailed();
                FileFaults.Before(mustLast ? FileOperation.Flush : FileOperation.FlushToSystem, temporary);
                file.Flush(flushToDisk: mustLast);
            }

            FileFaults.Before(FileOperation.Rename, path);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }

        if (mustLast)
        {
            FlushFolderOf(path);
            RemoveAbandoned(path);
        }
    }

    /// <summary>Opens a log to add to. A link is not followed but replaced, and so is a pipe or a device, on which a writer may wait for ever.</summary>
    public static Stream OpenAppend(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not null || (file.Exists && file.Length == 0))
        {
            Delete(path);
        }

        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
    }

    /// <summary>Moves a file to a name that is not taken.</summary>
    public static void Move(string from, string to)
    {
        FileFaults.Before(FileOperation.Rename, to);
        File.Move(from, to);
        FlushFolderOf(to);
    }

    /// <summary>Removes a file if it is there.</summary>
    public static void Delete(string path)
    {
        FileFaults.Before(FileOperation.Delete, path);
        File.Delete(path);
    }

    /// <summary>Removes a file, if that is possible; it does no harm if it stays.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whatever is wrong with the folder, the next write says.
        }
    }

    /// <summary>Files that are being written, or that killed processes left, in the place of a file.</summary>
    public static IEnumerable<string> TemporariesOf(string path)
        => Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(path))!, $"{Path.GetFileName(path)}.*{TemporaryExtension}");

    /// <summary>The file that a temporary one is to become.</summary>
    public static string OriginalOf(string temporary)
    {
        string path = Path.ChangeExtension(temporary, null);
        return Guid.TryParseExact(Path.GetExtension(path).TrimStart('.'), "N", out _) ? Path.ChangeExtension(path, null) : path;
    }

    private static void RemoveAbandoned(string path)
    {
        try
        {
            foreach (string temporary in TemporariesOf(path).Where(temporary => DateTime.UtcNow - File.GetLastWriteTimeUtc(temporary) > Abandoned))
            {
                TryDelete(temporary);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file is written; litter is no reason to say otherwise.
        }
    }

    private static void FlushFolderOf(string path)
    {
        FileFaults.Before(FileOperation.FlushFolder, path);
        FolderFlush.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Pipes, devices and the like have no length, and to open one may never end.</summary>
    private static long RequireRegular(string path, long maxLength)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
        {
            file = target;
        }

        if (!file.Exists)
        {
            throw new FileNotFoundException($"There is no file '{path}'.", path);
        }

        return file.Length == 0 ? throw new FormatException($"'{path}' is empty, or is no file but a pipe or a device.")
            : file.Length > maxLength ? throw new FormatException($"'{path}' has {file.Length} bytes, where at most {maxLength} can be.")
            : file.Length;
    }
}
