using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>
/// Fails one operation on files, or cuts the power before it: what had not been flushed is then lost, and renames that had not been flushed may be, too.
/// </summary>
internal sealed class FaultyDisk
{
    /// <summary>Set where all operations are to fail and not only one of each kind: minutes instead of seconds.</summary>
    private static readonly bool IsExhaustive = Environment.GetEnvironmentVariable("EXHAUSTIVE_TESTS") is not null;

    private readonly List<(FileOperation Operation, string File)> _seen = [];
    private readonly List<string> _unflushed = [];
    private readonly List<(string Path, byte[]? Before)> _renames = [];
    private int? _failAt;

    /// <summary>What was to be done when it failed.</summary>
    public string? Failed { get; private set; }

    /// <summary>Does something once for each operation on files that it does, and each time another one fails.</summary>
    /// <param name="prepare">Puts everything back to the beginning.</param>
    /// <param name="act">What is done.</param>
    /// <param name="verify">Checks what is left, whatever failed.</param>
    /// <returns>Number of failures tried.</returns>
    public static int FailEach(Action prepare, Action act, Action<string> verify)
    {
        var operations = Operations(prepare, act);
        foreach (int i in operations)
        {
            prepare();
            var disk = new FaultyDisk { _failAt = i };
            disk.Run(act);
            verify($"operation {i}: {disk.Failed}");
        }

        return operations.Count;
    }

    /// <summary>Fails or cuts the power.</summary>
    /// <param name="cutsPower">Which.</param>
    /// <param name="prepare">Puts everything back to the beginning.</param>
    /// <param name="act">What is done.</param>
    /// <param name="verify">Checks what is left, whatever failed.</param>
    /// <returns>Number of failures tried.</returns>
    public static int TryEach(bool cutsPower, Action prepare, Action act, Action<string> verify)
        => cutsPower ? CutPowerAtEach(prepare, act, verify) : FailEach(prepare, act, verify);

    /// <summary>Does something once for each operation on files that it does, and each time the power goes before another one.</summary>
    /// <inheritdoc cref="FailEach"/>
    public static int CutPowerAtEach(Action prepare, Action act, Action<string> verify)
    {
        var operations = Operations(prepare, act);
        foreach (int i in operations)
        {
            foreach (bool losesRenames in new[] { false, true })
            {
                prepare();
                var disk = new FaultyDisk { _failAt = i };
                disk.Run(act);
                disk.LosePower(losesRenames);
                verify($"no power at operation {i}{(losesRenames ? ", renames lost" : string.Empty)}: {disk.Failed}");
            }
        }

        return operations.Count;
    }

    /// <summary>Empties a folder, or makes it, and fills it.</summary>
    public static void Reset(string folder, Action fill)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        fill();
    }

    /// <summary>The operations to fail: all, or the first of each kind on each file.</summary>
    private static List<int> Operations(Action prepare, Action act)
    {
        prepare();
        var disk = new FaultyDisk();
        disk.Run(act);
        var all = Enumerable.Range(0, disk._seen.Count);
        return [.. IsExhaustive ? all : all.Where(i => disk._seen.FindIndex(seen => seen == disk._seen[i]) == i)];
    }

    private void Run(Action act)
    {
        FileFaults.Hook = Before;
        try
        {
            act();
        }
        catch (Exception) when (Failed is not null)
        {
            // However the code says it.
        }
        finally
        {
            FileFaults.Hook = null;
        }
    }

    private void Before(FileOperation operation, string path)
    {
        // After the power has gone nothing is done any more; after one failure the disk works again.
        _seen.Add((operation, Files.OriginalOf(path)));
        if (_seen.Count - 1 == _failAt)
        {
            Failed = $"{operation} {Path.GetFileName(path)}";
            throw new IOException("Input/output error");
        }

        if (Failed is not null)
        {
            return;
        }

        switch (operation)
        {
            case FileOperation.Create:
                _unflushed.Add(path);
                break;
            case FileOperation.Flush:
                _unflushed.Remove(path);
                break;
            case FileOperation.Rename:
                // What is renamed without having been flushed may have its name and no content.
                if (_unflushed.Exists(file => Files.OriginalOf(file) == path))
                {
                    _unflushed.Add(path);
                }

                _renames.Add((path, File.Exists(path) ? File.ReadAllBytes(path) : null));
                break;
            case FileOperation.FlushFolder:
                _renames.RemoveAll(rename => Path.GetDirectoryName(rename.Path) == Path.GetDirectoryName(Path.GetFullPath(path)));
                break;
        }
    }

    private void LosePower(bool losesRenames)
    {
        foreach (string path in _unflushed.Where(File.Exists))
        {
            File.WriteAllBytes(path, []);
        }

        foreach (var (path, before) in losesRenames ? _renames.AsEnumerable().Reverse() : [])
        {
            if (before is null)
            {
                File.Delete(path);
            }
            else
            {
                File.WriteAllBytes(path, before);
            }
        }
    }
}
