using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Saves where a run stands, and restores it. All ranks take part; the first reads and writes.</summary>
/// <param name="store">The run's folder, or null if there is none or on other ranks than the first. Owned by the caller.</param>
/// <param name="run">The run.</param>
/// <param name="data">What it is given to learn from.</param>
internal sealed class RunCheckpoints(CheckpointStore? store, TrainingRun run, RunData data)
{
    /// <summary>Whether there is a folder, so that <see cref="Save"/> saves.</summary>
    public bool HasFolder => run.Options.Training.CheckpointDirectory is not null;

    private Ranks Ranks => run.State.Ranks;

    /// <summary>Goes on from the newest checkpoint that can be used, if the options say so and there is one.</summary>
    /// <param name="log">Is told which file is used and which cannot be.</param>
    /// <returns>The configuration that the checkpoint was written with, or null if the run begins anew.</returns>
    /// <exception cref="InvalidOperationException">There are checkpoints, but none can be used; or the data has changed, and the options say that it must not.</exception>
    public ModelConfiguration? Restore(Action<string> log)
    {
        if (!HasFolder)
        {
            return null;
        }

        if (!run.Options.Training.ResumeFromCheckpoint)
        {
            Ranks.OnFirst(() => store!.StartAnew(log));
            return null;
        }

        using var whole = WholeState.Empty(run.State);
        string? stamp = Ranks.TextFromFirst(() => store!.TryRestore(run.Configuration, whole.Tensors, out var found, log) ? RestorePointMetadata.ToJson(found.Configuration!, found) : null);
        if (stamp is null)
        {
            return null;
        }

        var position = RestorePointMetadata.Parse(stamp);
        whole.Scatter();
        CheckData(position);
        (run.State.Step, run.State.SkippedSteps) = (position.Step, position.SkippedSteps);
        run.History.Restore(position.Configuration!.History, position.OpenLosses);
        return position.Configuration;
    }

    /// <summary>Writes a checkpoint, if there is a folder for it.</summary>
    /// <exception cref="InvalidOperationException">It cannot be written, or a number in it is not finite.</exception>
    public void Save()
    {
        if (!HasFolder)
        {
            return;
        }

        run.State.RequireFinite();
        RequireSameWeights();
        var position = new RestorePoint(run.State.Step, run.State.SkippedSteps) { OpenLosses = run.History.Losses.Open, Data = data };
        using var whole = WholeState.Gather(run.State);
        Ranks.OnFirst(() => store!.Save(new Checkpoint(position, run.Configuration with { TrainedSteps = run.State.Step, History = run.History.ForCheckpoint() }, whole.Tensors)));
    }

    /// <summary>What no error tells: memory or a library that is wrong on one of the machines.</summary>
    private void RequireSameWeights()
    {
        if (!Ranks.IsAlone && RankAgreement.FindOther(Ranks, run.State.Weights.HashValues()) is int other)
        {
            throw new InvalidOperationException(
                $"At step {run.State.Step} rank {other} has other weights than rank 0, which cannot be if its machine computes rightly. No checkpoint was written; the same run goes on from the last one.");
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
