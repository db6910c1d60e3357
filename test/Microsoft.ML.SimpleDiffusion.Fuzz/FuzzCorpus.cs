using System.IO.Compression;
using System.Security.Cryptography;

namespace Microsoft.ML.SimpleDiffusion.Fuzz;

/// <summary>What mutations start from: a target's valid inputs, and those that were found to take new branches. They are kept in a zip file from run to run.</summary>
public sealed class FuzzCorpus
{
    /// <summary>The smallest are kept.</summary>
    private const int MaxKept = 200;
    private const int MaxKeptLength = 4096;

    private readonly List<byte[]> _inputs;
    private readonly int _given;

    /// <param name="target">The target.</param>
    /// <param name="file">File of inputs from runs before, or null.</param>
    public FuzzCorpus(FuzzTarget target, string? file = null)
    {
        _inputs = [.. target.Corpus];
        _given = _inputs.Count;
        if (file is not null && File.Exists(file))
        {
            using var zip = ZipFile.OpenRead(file);
            _inputs.AddRange(zip.Entries.Select(Read));
        }
    }

    public IReadOnlyList<byte[]> Inputs => _inputs;

    public void Add(byte[] input) => _inputs.Add(input);

    /// <summary>Writes what was found, without the target's own; the same inputs give the same file.</summary>
    public void Save(string file)
    {
        var found = _inputs.Skip(_given).Where(input => input.Length <= MaxKeptLength)
            .DistinctBy(Name)
            .OrderBy(input => input.Length).ThenBy(Name, StringComparer.Ordinal)
            .Take(MaxKept)
            .ToList();
        if (found.Count == 0)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        using var stream = File.Create(file);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create);
        foreach (byte[] input in found)
        {
            var entry = zip.CreateEntry(Name(input), CompressionLevel.SmallestSize);
            entry.LastWriteTime = DateTimeOffset.UnixEpoch.AddYears(10);
            using var content = entry.Open();
            content.Write(input);
        }
    }

    private static string Name(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input))[..16];

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        var input = new byte[entry.Length];
        content.ReadExactly(input);
        return input;
    }
}
