using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>
/// The checkpoints of one run in a folder, one file each. A file is there as a whole or not at all, and the last good one is never touched while
/// the next is written. Files that have not the name of a checkpoint are left alone.
/// </summary>
internal sealed class CheckpointStore : IDisposable
{
    private const string LockFile = "checkpoints.lock";
    private const string ProbeFile = "checkpoints.probe";
    private const string AsideFolder = "set-aside";
    private const string BestFile = "best.safetensors";

    private readonly string _directory;
    private readonly int _keepLast;
    private readonly int? _keepEverySteps;
    private readonly RunLock _lock;
    private long? _lastWholeStep;

    private CheckpointStore(string directory, int keepLast, int? keepEverySteps, RunLock runLock)
    {
        _directory = directory;
        _keepLast = keepLast;
        _keepEverySteps = keepEverySteps;
        _lock = runLock;
    }

    /// <summary>Where the best weights of the run go.</summary>
    public string BestPath => Path.Combine(_directory, BestFile);

    /// <summary>Takes a folder, which is created if needed, for one run.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="keepLast">How many of the newest checkpoints to keep.</param>
    /// <param name="keepEverySteps">Checkpoints at multiples of this number of steps are never removed; null: none of them.</param>
    /// <exception cref="InvalidOperationException">Another run uses the folder, or it cannot be written to.</exception>
    public static CheckpointStore Open(string directory, int keepLast = 2, int? keepEverySteps = null)
    {
        RunLock? runLock = null;
        try
        {
            Directory.CreateDirectory(directory);
            runLock = RunLock.TryTake(Path.Combine(directory, LockFile))
                ?? throw new InvalidOperationException($"Another training run uses the checkpoint folder '{directory}': wait for its end or use another folder.");
            foreach (string leftover in Directory.GetFiles(directory, "*" + Files.TemporaryExtension).Where(IsOurs))
            {
                Files.Delete(leftover);
            }

            return new CheckpointStore(directory, keepLast, keepEverySteps, runLock);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            runLock?.Dispose();
            throw Unwritable(directory, e);
        }

        static bool IsOurs(string leftover)
            => Files.OriginalOf(leftover) is var original && (CheckpointFile.StepOf(original) is not null || Path.GetFileName(original) == BestFile);
    }

    /// <summary>Checks, if anything is left to write, that the folder can be written to and that its disk has room.</summary>
    /// <param name="training">How many checkpoints are written and kept, and whether those that are there count.</param>
    /// <param name="parameters">Weights of the network.</param>
    /// <exception cref="InvalidOperationException">It cannot, or has not.</exception>
    public void RequireRoom(TrainingOptions training, long parameters)
    {
        string[] existing = training.ResumeFromCheckpoint ? NewestFirst() : [];
        long stepsDone = existing.Length == 0 ? 0 : CheckpointFile.StepOf(existing[0])!.Value;
        long additional = CheckpointRoom.Additional(training, stepsDone, existing.Length);
        if (additional == 0)
        {
            return;
        }

        CheckpointRoom.Require(_directory, additional, CheckpointRoom.BytesEach(training, parameters), training.KeepBest ? CheckpointRoom.BytesOfBest(parameters) : 0);
        try
        {
            string probe = Path.Combine(_directory, ProbeFile);
            Files.Write(probe, stream => stream.WriteByte(0));
            Files.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(_directory, e);
        }
    }

    /// <summary>Writes a checkpoint and removes the oldest ones beyond the number to keep.</summary>
    /// <exception cref="InvalidOperationException">It cannot be written. Those that were there are still there.</exception>
    public void Save(Checkpoint checkpoint)
    {
        string path = Path.Combine(_directory, CheckpointFile.NameOf(checkpoint.Position.Step));
        try
        {
            CheckpointFile.Write(path, checkpoint);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string before = _lastWholeStep is long step
                ? $"The last whole checkpoint is that of step {step}; when there is room, the same run started again goes on from there."
                : "There is no checkpoint before it.";
            throw new InvalidOperationException($"The checkpoint '{path}' cannot be written: {Sentence(e)} {before}", e);
        }

        _lastWholeStep = checkpoint.Position.Step;
        RemoveOld();
    }

    /// <summary>The configuration of the run whose checkpoints these are, or null if there is none that can be read.</summary>
    public ModelConfiguration? FindConfiguration()
    {
        foreach (string path in NewestFirst())
        {
            try
            {
                return CheckpointFile.ReadConfiguration(path);
            }
            catch (Exception e) when (IsUnusable(e))
            {
                // Restoring says which files are damaged.
            }
        }

        return null;
    }

    /// <summary>Fills tensors from the newest checkpoint that is whole and of this run; newer ones that are not are moved out of the way.</summary>
    /// <param name="run">The configuration of the run that wants to go on.</param>
    /// <param name="destinations">Filled if there is one, else untouched.</param>
    /// <param name="position">Where the run stands.</param>
    /// <param name="log">Is told which file is used and which cannot be.</param>
    /// <returns>False if the folder has no checkpoint.</returns>
    /// <exception cref="InvalidOperationException">There are checkpoints, but none can be used.</exception>
    public bool TryRestore(ModelConfiguration run, IReadOnlyList<NamedTensor> destinations, out RestorePoint position, Action<string> log)
    {
        position = default;
        string? problem = null;
        Exception? cause = null;
        var unusable = new List<string>();
        foreach (string path in NewestFirst())
        {
            try
            {
                position = CheckpointFile.Read(path, run, destinations);
                _lastWholeStep = position.Step;
                SetAside(unusable, log);
                log($"Going on from step {position.Step}, checkpoint '{path}'.");
                return true;
            }
            catch (Exception e) when (IsUnusable(e))
            {
                unusable.Add(path);
                problem ??= $"The checkpoint '{path}' cannot be used: {Sentence(e)}";

                // A file that the system does not give may be whole: who catches the error can tell.
                cause = cause is null or FormatException ? e : cause;
                log($"The checkpoint '{path}' cannot be used: {Sentence(e)}");
            }
        }

        return problem is null ? false : throw new InvalidOperationException(
            $"{problem} Nor can any before it. Use another Training.CheckpointDirectory, or set Training.ResumeFromCheckpoint to false to start anew.", cause);
    }

    /// <summary>Moves the checkpoints of earlier runs out of the way, so that they are neither taken for this run's nor lost.</summary>
    /// <param name="log">Is told where they are.</param>
    public void StartAnew(Action<string> log) => SetAside([.. NewestFirst(), .. Directory.GetFiles(_directory, BestFile)], log);

    public void Dispose() => _lock.Dispose();

    private void SetAside(List<string> paths, Action<string> log)
    {
        if (paths.Count == 0)
        {
            return;
        }

        string folder = Path.Combine(_directory, AsideFolder);
        try
        {
            Directory.CreateDirectory(folder);
            foreach (string path in paths)
            {
                string name = Path.GetFileName(path);
                string target = Path.Combine(folder, name);
                for (int copy = 2; File.Exists(target); copy++)
                {
                    target = Path.Combine(folder, $"{copy}-{name}");
                }

                Files.Move(path, target);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(_directory, e);
        }

        log($"Checkpoints that are not of this run or cannot be read were moved to '{folder}': {paths.Count}.");
    }

    private void RemoveOld()
    {
        try
        {
            foreach (string old in NewestFirst().Skip(_keepLast).Where(path => !IsKeptForGood(path)))
            {
                Files.Delete(old);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // One checkpoint too many is no reason to end a run; the next time may do better.
        }
    }

    private bool IsKeptForGood(string path) => _keepEverySteps is int every && CheckpointFile.StepOf(path) % every == 0;

    private string[] NewestFirst()
        => [.. Directory.GetFiles(_directory, CheckpointFile.SearchPattern).Where(path => CheckpointFile.StepOf(path) is not null).OrderByDescending(CheckpointFile.StepOf)];

    private static bool IsUnusable(Exception e) => e is FormatException or IOException or UnauthorizedAccessException;

    private static InvalidOperationException Unwritable(string directory, Exception e)
        => new($"The checkpoint folder '{directory}' cannot be written to: {Sentence(e)}", e);

    private static string Sentence(Exception e) => e.Message.TrimEnd('.') + ".";
}
