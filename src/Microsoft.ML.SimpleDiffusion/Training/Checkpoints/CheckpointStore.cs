using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>
/// The checkpoints of one run in a folder, one safetensors file each, with the configuration in its metadata. A file is there as a whole or not
/// at all, and the last good one is never touched while the next is written.
/// </summary>
internal sealed class CheckpointStore : IDisposable
{
    private const string Prefix = "checkpoint-";
    private const string Extension = ".safetensors";
    private const string LockFile = "checkpoints.lock";
    private const string ConfigurationKey = "configuration";
    private const string StepKey = "step";

    private readonly string _directory;
    private readonly int _keepLast;
    private readonly int? _keepEverySteps;
    private readonly FileStream _lock;

    private CheckpointStore(string directory, int keepLast, int? keepEverySteps, FileStream fileLock)
    {
        _directory = directory;
        _keepLast = keepLast;
        _keepEverySteps = keepEverySteps;
        _lock = fileLock;
    }

    /// <summary>Takes a folder, which is created if needed, for one run.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="keepLast">How many of the newest checkpoints to keep.</param>
    /// <param name="keepEverySteps">Checkpoints at multiples of this number of steps are never removed; null: none of them.</param>
    /// <exception cref="InvalidOperationException">Another run uses the folder.</exception>
    public static CheckpointStore Open(string directory, int keepLast = 2, int? keepEverySteps = null)
    {
        Directory.CreateDirectory(directory);
        FileStream fileLock;
        try
        {
            // The system releases the lock of a killed process; the file that it leaves does not matter.
            fileLock = new FileStream(Path.Combine(directory, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"Another training run uses the checkpoint folder '{directory}': wait for its end or use another folder.", e);
        }

        foreach (string leftover in Directory.GetFiles(directory, Prefix + "*" + AtomicFile.TemporaryExtension))
        {
            File.Delete(leftover);
        }

        return new CheckpointStore(directory, keepLast, keepEverySteps, fileLock);
    }

    /// <summary>Writes a checkpoint and removes the oldest ones beyond the number to keep.</summary>
    public void Save(Checkpoint checkpoint)
    {
        var metadata = new Dictionary<string, string>
        {
            [ConfigurationKey] = ModelConfigurationJson.Serialize(checkpoint.Configuration),
            [StepKey] = checkpoint.Step.ToString(CultureInfo.InvariantCulture),
        };
        string name = $"{Prefix}{checkpoint.Step.ToString("D8", CultureInfo.InvariantCulture)}{Extension}";
        AtomicFile.Write(Path.Combine(_directory, name), stream => SafetensorsWriter.Write(stream, checkpoint.Tensors, metadata));
        foreach (string old in NewestFirst().Skip(_keepLast).Where(path => !IsKeptForGood(path)))
        {
            File.Delete(old);
        }
    }

    /// <summary>The seed of the run whose checkpoints these are, or null if there is none that can be read.</summary>
    public int? FindSeed()
    {
        foreach (string path in NewestFirst())
        {
            try
            {
                using var file = File.OpenRead(path);
                return ReadHeader(file).Configuration.Options.Seed;
            }
            catch (FormatException)
            {
                // Restoring says which files are damaged.
            }
        }

        return null;
    }

    /// <summary>Fills tensors from the newest checkpoint that is whole.</summary>
    /// <param name="run">The configuration of the run that wants to go on.</param>
    /// <param name="destinations">Filled if there is one, else untouched.</param>
    /// <param name="step">Optimizer steps that the checkpoint has seen.</param>
    /// <param name="log">Is told which file is used and which are damaged.</param>
    /// <returns>False if the folder has no checkpoint.</returns>
    /// <exception cref="InvalidOperationException">The checkpoint belongs to another run, or none of those there are can be read.</exception>
    public bool TryRestore(ModelConfiguration run, IReadOnlyList<NamedTensor> destinations, out long step, Action<string> log)
    {
        step = 0;
        string? damaged = null;
        foreach (string path in NewestFirst())
        {
            try
            {
                step = Restore(path, run, destinations);
                log($"Going on from step {step}, checkpoint '{path}'.");
                return true;
            }
            catch (FormatException e)
            {
                damaged ??= path;
                log($"The checkpoint '{path}' is skipped: {e.Message}");
            }
        }

        return damaged is null
            ? false
            : throw new InvalidOperationException(
                $"No checkpoint in '{_directory}' can be read; the newest is '{Path.GetFileName(damaged)}'. Remove them, or set Training.ResumeFromCheckpoint to false, to start anew.");
    }

    public void Dispose() => _lock.Dispose();

    private static long Restore(string path, ModelConfiguration run, IReadOnlyList<NamedTensor> destinations)
    {
        using var file = File.OpenRead(path);
        var (step, configuration) = ReadHeader(file);
        if (ConfigurationDifference.Find(configuration, run) is string difference)
        {
            throw new InvalidOperationException(
                $"The checkpoint '{path}' belongs to another run: {difference}. Use another Training.CheckpointDirectory, or set Training.ResumeFromCheckpoint to false.");
        }

        file.Position = 0;
        _ = SafetensorsReader.Read(file, file.Length, destinations);
        return step;
    }

    /// <summary>The whole file is checked, so that a damaged one leaves all destinations as they are.</summary>
    private static (long Step, ModelConfiguration Configuration) ReadHeader(FileStream file)
    {
        var header = SafetensorsReader.Verify(file, file.Length);
        return header.Metadata.TryGetValue(ConfigurationKey, out string? json)
            && header.Metadata.TryGetValue(StepKey, out string? text)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long step)
            ? (step, ModelConfigurationJson.Parse(json))
            : throw new FormatException("It is not a checkpoint.");
    }

    private bool IsKeptForGood(string path)
        => _keepEverySteps is int every
            && long.TryParse(Path.GetFileNameWithoutExtension(path)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out long step)
            && step % every == 0;

    /// <summary>Names are padded with zeros, so that their order is that of the steps.</summary>
    private string[] NewestFirst()
        => [.. Directory.GetFiles(_directory, Prefix + "*" + Extension).OrderDescending(StringComparer.Ordinal)];
}
