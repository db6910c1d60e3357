namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>Files that are there as a whole or not at all.</summary>
internal static class AtomicFile
{
    public const string TemporaryExtension = ".tmp";

    /// <summary>
    /// Writes to a temporary name in the same folder, flushes to the disk, and renames. What had the name before stays untouched until then; the
    /// temporary file of a failed write is removed.
    /// </summary>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = path + TemporaryExtension;
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error that is on its way says more than this one would.
        }
    }
}
