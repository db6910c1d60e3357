namespace Microsoft.ML.SimpleDiffusion;

/// <summary>The part of <see cref="OptionsValidator"/> that is about evaluation during training.</summary>
internal static class EvaluationOptionsValidator
{
    // All together fit into a model's configuration.
    private const int MaxEvaluations = 2_000;
    private const int MaxMetrics = 10;
    private const int MaxNameLength = 50;

    /// <summary>Checks what is stored with a model.</summary>
    public static void Validate(TrainingOptions training)
    {
        Require.NotNull("Training.Metrics", training.Metrics);
        Require.AtLeast("Training.EvaluateEverySteps", training.EvaluateEverySteps ?? 1, 1);
        Require.That(
            "Training.EvaluateEverySteps",
            training.EvaluateEverySteps,
            training.Steps / training.EvaluationInterval <= MaxEvaluations,
            $"must be so high that there are at most {MaxEvaluations} evaluations in {training.Steps} steps");
        Require.NotEmpty("Training.MonitoredMetric", training.MonitoredMetric);
        Require.AtLeast("Training.EarlyStoppingPatience", training.EarlyStoppingPatience ?? 1, 1);
        Require.Range("Training.StopAtStep", training.StopAtStep ?? 1, 1, training.Steps);
    }

    /// <summary>Checks the metrics, which a stored model has no more.</summary>
    public static void ValidateMetrics(TrainingOptions training)
    {
        var names = new HashSet<string> { TrainingOptions.ValidationLossName };
        Require.That("Training.Metrics", training.Metrics.Count, training.Metrics.Count <= MaxMetrics, $"must have at most {MaxMetrics} entries");
        foreach (var metric in training.Metrics)
        {
            Require.NotNull("Training.Metrics", metric);
            string name = metric.Name;
            Require.That(
                "Training.Metrics", name, !string.IsNullOrWhiteSpace(name) && name.Length <= MaxNameLength, $"must have names of 1 to {MaxNameLength} characters");
            Require.That("Training.Metrics", name, names.Add(name), $"must have names that differ from each other and from {TrainingOptions.ValidationLossName}");
        }

        Require.That("Training.MonitoredMetric", training.MonitoredMetric, names.Contains(training.MonitoredMetric), $"must be one of {string.Join(", ", names)}");
    }

    /// <summary>Checks that a run without validation data has no options that need it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has.</exception>
    public static void ValidateWithoutData(TrainingOptions training)
    {
        const string Otherwise = "unless Fit is given validation data";
        Require.That("Training.Metrics", training.Metrics.Count, training.Metrics.Count == 0, $"must be empty {Otherwise}");
        Require.That("Training.KeepBest", training.KeepBest, !training.KeepBest, $"must be false {Otherwise}");
        Require.That("Training.EarlyStoppingPatience", training.EarlyStoppingPatience, training.EarlyStoppingPatience is null, $"must be null {Otherwise}");
        Require.That("Training.EvaluateEverySteps", training.EvaluateEverySteps, training.EvaluateEverySteps is null, $"must be null {Otherwise}");
    }
}
