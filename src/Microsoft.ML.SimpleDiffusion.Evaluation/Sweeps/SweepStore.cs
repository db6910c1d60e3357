using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>
/// The folder of a sweep, which several processes may share: what the sweep is, a file for each training that has ended, checkpoints, models and locks.
/// Files are there as a whole or not at all, and are never changed.
/// </summary>
internal sealed class SweepStore
{
    private const string DefinitionFile = "sweep.json";
    private const string LockFile = "sweep.lock";

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(30);

    private readonly string _directory;

    private SweepStore(string directory) => _directory = directory;

    /// <summary>How everything in the folder is written and read.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
    };

    /// <summary>Takes a folder for a sweep, or joins the same sweep there. The folder is created if needed.</summary>
    /// <exception cref="InvalidOperationException">The folder belongs to another sweep, is damaged, or cannot be written to.</exception>
    public static SweepStore Open(string directory, JsonObject definition)
    {
        try
        {
            Directory.CreateDirectory(directory);
            string path = Path.Combine(directory, DefinitionFile);
            using var guard = WaitForLock(Path.Combine(directory, LockFile));
            if (!File.Exists(path))
            {
                Write(path, definition);
            }
            else if (SweepDefinition.FindDifference(Read<JsonObject>(path), definition) is string difference)
            {
                throw new InvalidOperationException($"The folder '{directory}' belongs to another sweep: {difference}. Use another Directory, or delete this one to start anew.");
            }

            return new SweepStore(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The folder '{directory}' of the sweep cannot be used: {e.Message}", e);
        }
    }

    public string CheckpointsOf(int trial) => Path.Combine(FolderOf(trial), "checkpoints");

    public string ModelOf(int trial) => Path.Combine(FolderOf(trial), "model");

    public string LogOfWorker(int worker) => Path.Combine(_directory, $"worker-{worker}.log");

    /// <summary>Takes a trial for this process; the system gives it back when the process ends, however it ends.</summary>
    /// <returns>The claim, to be disposed of, or null if another process has the trial.</returns>
    public IDisposable? TryClaim(int trial)
    {
        Directory.CreateDirectory(FolderOf(trial));
        return RunLock.TryTake(Path.Combine(FolderOf(trial), "trial.lock"));
    }

    /// <summary>The record of a training, or null if it has not ended.</summary>
    /// <exception cref="InvalidOperationException">The file is damaged.</exception>
    public TrialRecord? FindRecord(int trial, int rung) => File.Exists(RecordPath(trial, rung)) ? Read<TrialRecord>(RecordPath(trial, rung)) : null;

    public void Save(TrialRecord record) => Write(RecordPath(record.Trial, record.Rung), record);

    /// <summary>Removes a folder of a trial. It may be gone already: every process tidies up.</summary>
    public static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process was faster, or will be at the next occasion.
        }
    }

    private string FolderOf(int trial) => Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"trial-{trial:D4}"));

    private string RecordPath(int trial, int rung) => Path.Combine(FolderOf(trial), string.Create(CultureInfo.InvariantCulture, $"rung-{rung}.json"));

    private static void Write<T>(string path, T value) => Files.Write(path, stream => JsonSerializer.Serialize(stream, value, Json));

    private static T Read<T>(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<T>(stream, Json) ?? throw new JsonException("It is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"The file '{path}' of the sweep is damaged: {e.Message} Without it, the sweep would do again what it says.", e);
        }
    }

    private static RunLock WaitForLock(string path)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            if (RunLock.TryTake(path) is { } held)
            {
                return held;
            }

            if (clock.Elapsed > LockPatience)
            {
                throw new IOException($"Another process holds '{path}'.");
            }

            Thread.Sleep(10);
        }
    }
}
