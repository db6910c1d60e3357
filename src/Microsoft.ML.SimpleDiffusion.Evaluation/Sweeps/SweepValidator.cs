using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Training.Observers;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Checks the options of a sweep before anything is read or written.</summary>
internal static class SweepValidator
{
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the parameter name is the option's.</exception>
    public static void Validate(SweepOptions options)
    {
        Require.NotNull(nameof(options.Base), options.Base);
        OptionsValidator.ValidateNew(options.Base);
        RequireNoneOfOurs(options.Base.Training);
        Require.Defined(nameof(options.Strategy), options.Strategy);
        Require.Range(nameof(options.Trials), options.Trials, 2, SweepPlan.MaxTrials);
        Require.Range(nameof(options.GridPoints), options.GridPoints, 2, 1_000);
        Require.AtLeast(nameof(options.Steps), options.Steps ?? 1, 1);
        Require.Range(nameof(options.HalvingFactor), options.HalvingFactor, 2, 100);
        Require.Range(nameof(options.ParallelProcesses), options.ParallelProcesses, 1, 256);
        Require.NotEmpty(nameof(options.Directory), options.Directory);
        if (options.FirstRungSteps is int first)
        {
            Require.Range(nameof(options.FirstRungSteps), first, 1, options.Steps ?? options.Base.Training.Steps);
            Require.That(
                nameof(options.FirstRungSteps), first, options.Strategy == SweepStrategy.SuccessiveHalving, "must be null unless Strategy is SuccessiveHalving");
        }

        if (options.Metric is IValidationMetric metric)
        {
            Require.NotEmpty("Metric.Name", metric.Name);
        }
    }

    /// <summary>Checks that the data has the columns that training needs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public static void ValidateColumns(SimpleDiffusionOptions options, IDataView training, IDataView validation)
    {
        SimpleDiffusionEstimator.CheckColumns(SchemaShapes.Of(training.Schema), options);
        ValidationData.Check(training, validation, options);
    }

    private static void RequireNoneOfOurs(TrainingOptions training)
    {
        Require.That("Base.Training.CheckpointDirectory", training.CheckpointDirectory, training.CheckpointDirectory is null, "must be null: checkpoints go below Directory");
        Require.That("Base.Training.StopAtStep", training.StopAtStep, training.StopAtStep is null, "must be null: the sweep decides how far a trial is trained");
        Require.That("Base.Training.EarlyStoppingPatience", training.EarlyStoppingPatience, training.EarlyStoppingPatience is null, "must be null: trials are compared at equal steps");
        Require.That("Base.Training.KeepBest", training.KeepBest, !training.KeepBest, "must be false: trials are compared at equal steps");
        Require.That("Base.Training.Metrics", training.Metrics.Count, training.Metrics.Count == 0, "must be empty: a sweep goes by its own Metric");
    }
}
