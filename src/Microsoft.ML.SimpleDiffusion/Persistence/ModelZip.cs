using System.IO.Compression;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>Looks at a model.zip before ML.NET unpacks it, which it does to the disk and without a limit.</summary>
internal static class ModelZip
{
    /// <summary>Models unpack to little more than they are: weights hardly get smaller, and what does is short.</summary>
    private const long MostTimes = 20;

    private const long AlwaysAllowed = 256L << 20;

    /// <summary>Throws if a file is no zip file, or unpacks to more than a model of its length does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">Most bytes that it may unpack to, or null for twenty times its length and 256 MB more.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="FormatException">It is damaged, or too large unpacked.</exception>
    public static void Check(string path, long? maxBytes)
    {
        using var stream = Files.OpenRead(path);
        long limit = maxBytes ?? (MostTimes * stream.Length) + AlwaysAllowed;
        long length = 0;
        try
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            foreach (var entry in zip.Entries)
            {
                length = checked(length + entry.Length);
            }
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException)
        {
            throw new FormatException($"'{path}' is no model that ML.NET has saved, or is damaged: {e.Message}", e);
        }

        if (length > limit)
        {
            throw new FormatException($"The model '{path}' would unpack to {length} bytes, where at most {limit} are allowed.");
        }
    }
}
