namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Trains a trial up to a step, or on from where it stands, and measures it.</summary>
/// <param name="context">The context.</param>
/// <param name="training">Training data.</param>
/// <param name="validation">Held-out data.</param>
/// <param name="metric">The metric, or null for the validation loss.</param>
internal sealed class TrialTrainer(MLContext context, IDataView training, IDataView validation, IValidationMetric? metric) : ITrialTrainer
{
    /// <inheritdoc/>
    public double Train(SimpleDiffusionOptions options, Func<double, string?> chooseModelFolder)
    {
        var estimator = context.Transforms.SimpleDiffusion(options);
        using var model = metric is null ? estimator.Fit(training) : estimator.Fit(training);
        double value = metric is null ? ValidationLoss(model) : metric.Evaluate(model, validation, options.Training.CancellationToken);
        if (double.IsFinite(value) && chooseModelFolder(value) is string folder)
        {
            model.SaveAsSafetensors(folder);
        }

        return value;
    }

    private static double ValidationLoss(SimpleDiffusionTransformer model) => model.History.Evaluations[^1].Metrics[TrainingOptions.ValidationLossName];
}
