using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>A checkpoint as a safetensors file that is named after its step and has the configuration in its metadata.</summary>
internal static class CheckpointFile
{
    /// <summary>Finds everything that may be a checkpoint or the leftover of one.</summary>
    public const string SearchPattern = Prefix + "*";

    private const string Prefix = "checkpoint-";
    private const string Extension = ".safetensors";

    /// <summary>Name of the file with the checkpoint of a step.</summary>
    public static string NameOf(long step) => $"{Prefix}{step.ToString("D8", CultureInfo.InvariantCulture)}{Extension}";

    /// <summary>The step that a file is named after, or null if it has not the name of a checkpoint.</summary>
    public static long? StepOf(string path)
    {
        string name = Path.GetFileName(path);
        bool isNumber = name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal)
            && name.Length > Prefix.Length + Extension.Length;
        return isNumber && TryParse(name[Prefix.Length..^Extension.Length], out long step) && name == NameOf(step) ? step : null;
    }

    /// <summary>Writes a checkpoint, as a whole or not at all.</summary>
    public static void Write(string path, Checkpoint checkpoint)
    {
        var metadata = RestorePointMetadata.Of(checkpoint.Configuration, checkpoint.Position);
        Files.Write(path, stream => SafetensorsWriter.Write(stream, checkpoint.Tensors, metadata));
    }

    /// <summary>The configuration of the run that wrote a checkpoint. The numbers are not read.</summary>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static ModelConfiguration ReadConfiguration(string path)
    {
        using var file = Files.OpenRead(path);
        return FindStamp(SafetensorsReader.ReadMetadata(file, file.Length), path).Configuration;
    }

    /// <summary>Fills tensors from a checkpoint. What the header says must be right before any number is read, and all numbers before any tensor is touched.</summary>
    /// <param name="path">The file.</param>
    /// <param name="run">The configuration of the run that wants to go on.</param>
    /// <param name="destinations">Untouched unless the file is whole and of this run.</param>
    /// <exception cref="FormatException">The file is damaged, is not what its name says, belongs to another run, or is not as long as these tensors are.</exception>
    public static RestorePoint Read(string path, ModelConfiguration run, IReadOnlyList<NamedTensor> destinations)
    {
        using var file = Files.OpenRead(path);
        var metadata = SafetensorsReader.ReadMetadata(file, file.Length);
        var position = Describe(metadata, path);
        if (ConfigurationDifference.Find(position.Configuration!, run) is string difference)
        {
            throw new FormatException($"It belongs to another run: {difference}.");
        }

        if (!metadata.ContainsKey(SafetensorsWriter.ChecksumKey))
        {
            throw new FormatException("It has no checksum.");
        }

        file.Position = 0;
        _ = SafetensorsReader.Check(file, file.Length, destinations);
        file.Position = 0;
        _ = SafetensorsReader.Read(file, file.Length, destinations);
        return position;
    }

    private static RestorePoint Describe(IReadOnlyDictionary<string, string> metadata, string path)
    {
        _ = FindStamp(metadata, path);
        return RestorePointMetadata.Parse(metadata);
    }

    private static RunStamp FindStamp(IReadOnlyDictionary<string, string> metadata, string path)
    {
        var stamp = RunStamp.Find(metadata) ?? throw new FormatException("It is not a checkpoint.");
        return stamp.Step == StepOf(path) ? stamp : throw new FormatException($"It is the checkpoint of step {stamp.Step} under another name.");
    }

    private static bool TryParse(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

/// <summary>What a run needs to go on as if it had never stopped. Randomness is stateless, so there is no generator to save.</summary>
/// <param name="Position">Where the run stands.</param>
/// <param name="Configuration">The run's configuration.</param>
/// <param name="Tensors">Weights, their moving average and Adam's moments.</param>
internal sealed record Checkpoint(RestorePoint Position, ModelConfiguration Configuration, IReadOnlyList<NamedTensor> Tensors);
