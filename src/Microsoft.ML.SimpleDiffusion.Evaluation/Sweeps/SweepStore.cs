using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>
/// The folder of a sweep, which several processes may share: what the sweep is, a file for each training that has ended, checkpoints, models and locks.
/// Files are there as a whole or not at all, and are never changed.
/// </summary>
internal sealed class SweepStore
{
    private const string DefinitionFile = "sweep.json";
    private const string DataFile = "data.json";
    private const string LockFile = "sweep.lock";

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(30);

    /// <summary>Ten thousand trials with a hundred options each have less.</summary>
    private const long MaxDefinitionLength = 64L << 20;
    private const long MaxDataLength = 64L << 10;
    private const long MaxRecordLength = 4L << 20;

    private readonly string _directory;
    private readonly JsonObject _definition;

    private SweepStore(string directory, JsonObject definition)
    {
        (_directory, _definition) = (directory, definition);
        Id = SweepDefinition.IdOf(definition);
    }

    /// <summary>How everything in the folder is written and read.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { MachineOptions.LeaveOut } },
    };

    /// <summary>What tells the sweep from others.</summary>
    public string Id { get; }

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
                return new SweepStore(directory, definition);
            }

            var there = Read<JsonObject>(path, MaxDefinitionLength);
            return SweepDefinition.FindDifference(there, definition) is string difference
                ? throw new InvalidOperationException($"The folder '{directory}' belongs to another sweep: {difference}. Use another Directory, or delete this one to start anew.")
                : new SweepStore(directory, there);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(directory, e);
        }
    }

    /// <summary>The data that the sweep began with: what the folder says, or else what there is now, and the folder says so from then on.</summary>
    /// <exception cref="InvalidOperationException">The file is damaged, or cannot be written.</exception>
    public RunData JoinData(RunData now)
    {
        string path = Path.Combine(_directory, DataFile);
        try
        {
            using var guard = WaitForLock(Path.Combine(_directory, LockFile));
            if (File.Exists(path))
            {
                return RunData.Parse(Encoding.UTF8.GetString(Files.ReadAll(path, MaxDataLength)));
            }

            byte[] json = Encoding.UTF8.GetBytes(now.ToJson());
            Files.Write(path, stream => stream.Write(json));
            return now;
        }
        catch (FormatException e)
        {
            throw Damaged(path, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(_directory, e);
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

    /// <summary>SHA-256 of the options of a trial.</summary>
    public string OptionsDigest(int trial) => SweepDefinition.OptionsDigest(_definition, trial);

    /// <summary>A message without the folder, which is the machine's own business.</summary>
    public string WithoutFolder(string message) => message.Replace(_directory + Path.DirectorySeparatorChar, string.Empty, StringComparison.Ordinal).Replace(_directory, ".", StringComparison.Ordinal);

    /// <summary>The record of a training, or null if it has not ended.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="rung">Where it ended.</param>
    /// <param name="expected">Makes the record that it must be, as far as that is known before the training.</param>
    /// <exception cref="InvalidOperationException">The file is damaged, or not what its name says.</exception>
    public TrialRecord? FindRecord(int trial, int rung, Func<int, int, TrialRecord> expected)
    {
        string path = RecordPath(trial, rung);
        if (!File.Exists(path))
        {
            return null;
        }

        var record = Read<TrialRecord>(path, MaxRecordLength);
        return record.FindFault(expected(trial, rung)) is string fault ? throw Damaged(path, fault) : record;
    }

    public void Save(TrialRecord record) => Write(RecordPath(record.Trial, record.Rung), record.Seal());

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

    private static T Read<T>(string path, long maxLength)
    {
        try
        {
            using var stream = Files.OpenRead(path, maxLength);
            return JsonSerializer.Deserialize<T>(stream, Json) ?? throw new JsonException("It is empty.");
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            throw Damaged(path, e.Message, e);
        }
    }

    private static InvalidOperationException Unusable(string directory, Exception e) => new($"The folder '{directory}' of the sweep cannot be used: {e.Message}", e);

    private static InvalidOperationException Damaged(string path, string fault, Exception? cause = null)
        => new($"The file '{path}' of the sweep is damaged: {fault} Without it, the sweep would do again what it says.", cause);

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
