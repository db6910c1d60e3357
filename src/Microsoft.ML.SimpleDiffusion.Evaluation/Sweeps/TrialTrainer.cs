using Microsoft.ML.SimpleDiffusion.Training;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Trains through the estimator.</summary>
/// <param name="context">The context.</param>
/// <param name="training">Training data.</param>
/// <param name="validation">Held-out data.</param>
/// <param name="metric">The metric, or null for the validation loss.</param>
internal sealed class TrialTrainer(MLContext context, IDataView training, IDataView validation, IValidationMetric? metric) : ITrialTrainer
{
    /// <inheritdoc/>
    public RunData ReadData(SimpleDiffusionOptions options) => RunDataReader.Read(context, options, training, validation);

    /// <inheritdoc/>
    public double Train(SimpleDiffusionOptions options, Func<double, string?> chooseModelFolder)
    {
        using var model = Fit(options);
        double value = metric is null
            ? model.History.Evaluations[^1].Metrics[TrainingOptions.ValidationLossName]
            : metric.Evaluate(model, validation, options.Training.CancellationToken);
        if (double.IsFinite(value) && chooseModelFolder(value) is string folder)
        {
            model.SaveAsSafetensors(folder);
        }

        return value;
    }

    /// <summary>
    /// The loss is measured by the training itself: due where it stops, it is in the checkpoint too, where a sweep finds it that was killed before it had
    /// noted it. A metric, which may take long, is measured at the end alone and not at the first step as well.
    /// </summary>
    private SimpleDiffusionTransformer Fit(SimpleDiffusionOptions options)
    {
        options.Training.EvaluateEverySteps = metric is null ? options.Training.StopAtStep : null;
        var estimator = context.Transforms.SimpleDiffusion(options);
        return metric is null ? estimator.Fit(training, validation) : estimator.Fit(training);
    }
}
