using Microsoft.ML.SimpleDiffusion.Distributed;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Does a whole sweep, in the process that began it or as a worker of that one.</summary>
internal static class Sweeper
{
    /// <inheritdoc cref="ImageGenerationCatalog.Sweep" path="/exception"/>
    public static SweepResult Execute(MLContext context, IDataView training, IDataView validation, SweepOptions given)
    {
        SweepValidator.Validate(given);
        var options = given.Clone();
        SweepValidator.ValidateColumns(options.Base, training, validation);
        return Execute(context, options, new TrialTrainer(context, training, validation, options.Metric));
    }

    /// <param name="context">The context.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="trainer">Trains and measures.</param>
    public static SweepResult Execute(MLContext context, SweepOptions options, ITrialTrainer trainer)
    {
        RequireNoRanks();
        var plan = SweepPlan.Create(options);
        string directory = Path.GetFullPath(options.Directory);
        var store = SweepStore.Open(directory, SweepDefinition.Create(plan, options));
        var worker = WorkerRole.Current();
        worker?.EndWithParent();
        using var run = new SweepRun(context, options, plan, store, trainer);
        if (worker is null && !run.ReadStandings().IsOver)
        {
            // Workers have the data of the process that started them; of a sweep that is over, only results are read.
            SweepData.Check(store, trainer.ReadData(plan.OptionsOf(0)), options.Base.Training.ChangedData, run.Warn);
        }

        int processes = worker is null ? Math.Min(options.ParallelProcesses, run.ReadStandings().Open.Count()) : 1;
        using var workers = WorkerProcesses.Start(processes, directory, store.LogOfWorker);
        var standings = run.Execute();
        if (worker?.Directory == directory)
        {
            // What the program does with the result is for the process that began the sweep.
            Environment.Exit(0);
        }

        workers.WaitForEnd(run.Warn);
        return new SweepResult(context, options, plan, store, standings);
    }

    /// <summary>Each would take another trial, and wait in vain for the others to train the same.</summary>
    private static void RequireNoRanks()
    {
        if (Launch.Find(Environment.GetEnvironmentVariable) is { } launch)
        {
            throw new InvalidOperationException($"Ranks of one training do no sweep: start {launch.Size} processes without {launch.Launcher}, with one folder for the sweep, and they share its trials.");
        }
    }
}
