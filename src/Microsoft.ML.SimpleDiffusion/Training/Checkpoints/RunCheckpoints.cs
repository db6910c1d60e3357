using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Saves where a run stands, and restores it.</summary>
/// <param name="store">The run's folder, or null if there is none. Owned by the caller.</param>
/// <param name="configuration">The run's, with nothing left open.</param>
/// <param name="state">Weights and moments.</param>
/// <param name="history">Losses and evaluations.</param>
internal sealed class RunCheckpoints(CheckpointStore? store, ModelConfiguration configuration, TrainingState state, RunHistory history)
{
    /// <summary>Goes on from the newest checkpoint that can be used, if the options say so and there is one.</summary>
    /// <param name="log">Is told which file is used and which cannot be.</param>
    /// <returns>The configuration that the checkpoint was written with, or null if the run begins anew.</returns>
    /// <exception cref="InvalidOperationException">There are checkpoints, but none can be used.</exception>
    public ModelConfiguration? Restore(Action<string> log)
    {
        if (store is null)
        {
            return null;
        }

        if (!configuration.Options.Training.ResumeFromCheckpoint)
        {
            store.StartAnew(log);
            return null;
        }

        var tensors = state.NamedTensors();
        try
        {
            if (!store.TryRestore(configuration, tensors, out var position, log))
            {
                return null;
            }

            (state.Step, state.SkippedSteps) = (position.Step, position.SkippedSteps);
            history.Restore(position.Configuration!.History, position.OpenLosses);
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

        state.RequireFinite();
        var position = new RestorePoint(state.Step, state.SkippedSteps) { OpenLosses = history.Losses.Open };
        var tensors = state.NamedTensors();
        try
        {
            store.Save(new Checkpoint(position, configuration with { TrainedSteps = state.Step, History = history.ForCheckpoint() }, tensors));
        }
        finally
        {
            NamedTensor.DisposeAll(tensors);
        }
    }
}
