using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Saves where a run stands, and restores it.</summary>
/// <param name="store">The run's folder, or null if there is none. Owned by the caller.</param>
/// <param name="run">The run.</param>
/// <param name="data">What it is given to learn from.</param>
internal sealed class RunCheckpoints(CheckpointStore? store, TrainingRun run, RunData data)
{
    /// <summary>Whether there is a folder, so that <see cref="Save"/> saves.</summary>
    public bool HasFolder => store is not null;

    /// <summary>Goes on from the newest checkpoint that can be used, if the options say so and there is one.</summary>
    /// <param name="log">Is told which file is used and which cannot be.</param>
    /// <returns>The configuration that the checkpoint was written with, or null if the run begins anew.</returns>
    /// <exception cref="InvalidOperationException">There are checkpoints, but none can be used; or the data has changed, and the options say that it must not.</exception>
    public ModelConfiguration? Restore(Action<string> log)
    {
        if (store is null)
        {
            return null;
        }

        if (!run.Options.Training.ResumeFromCheckpoint)
        {
            store.StartAnew(log);
            return null;
        }

        var tensors = run.State.NamedTensors();
        try
        {
            if (!store.TryRestore(run.Configuration, tensors, out var position, log))
            {
                return null;
            }

            CheckData(position);
            (run.State.Step, run.State.SkippedSteps) = (position.Step, position.SkippedSteps);
            run.History.Restore(position.Configuration!.History, position.OpenLosses);
            return position.Configuration;
        }
        finally
        {
            NamedTensor.DisposeAll(tensors);
        }
    }

    /// <summary>Writes a checkpoint, if there is a folder for it.</summary>
    /// <exception cref="InvalidOperationException">It cannot be written, or a number in it is not finite.</exception>
    public void Save()
    {
        if (store is null)
        {
            return;
        }

        run.State.RequireFinite();
        var position = new RestorePoint(run.State.Step, run.State.SkippedSteps) { OpenLosses = run.History.Losses.Open, Data = data };
        var tensors = run.State.NamedTensors();
        try
        {
            store.Save(new Checkpoint(position, run.Configuration with { TrainedSteps = run.State.Step, History = run.History.ForCheckpoint() }, tensors));
        }
        finally
        {
            NamedTensor.DisposeAll(tensors);
        }
    }

    /// <summary>Checkpoints of earlier versions do not know their data.</summary>
    private void CheckData(RestorePoint position)
    {
        if (position.Data?.FindDifference(data) is not string difference)
        {
            return;
        }

        if (run.Options.Training.ChangedData == ChangedDataHandling.Fail)
        {
            throw new InvalidOperationException(
                $"{difference} To go on from the checkpoint of step {position.Step} all the same, set Training.ChangedData to Warn; "
                + "to start anew, use another Training.CheckpointDirectory or set Training.ResumeFromCheckpoint to false.");
        }

        run.Log.Warning($"{difference} The run goes on from step {position.Step} with the data that it now has.");
    }
}

/// <summary>Where a restored run stands.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="SkippedSteps">Steps among them that changed nothing because loss or gradient were not finite.</param>
internal readonly record struct RestorePoint(long Step, long SkippedSteps)
{
    /// <summary>The part of the loss curve that has no point yet.</summary>
    public OpenLossInterval OpenLosses { get; init; } = OpenLossInterval.Empty;

    /// <summary>The data of the run, or null in a checkpoint of an earlier version.</summary>
    public RunData? Data { get; init; }

    /// <summary>The configuration that the checkpoint was written with, which has the history of the run; null for one that is to be written.</summary>
    public ModelConfiguration? Configuration { get; init; }
}
