namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// A number that says how good a model is, measured on images it has not been trained on. <see cref="TrainingOptions.Metrics"/> takes any, and so do sweeps.
/// </summary>
public interface IValidationMetric
{
    /// <summary>Name in progress reports, TensorBoard, and the model's history, such as <c>ClassifierDistance</c>. Unique within a run.</summary>
    string Name { get; }

    /// <summary>Whether a higher value means a better model.</summary>
    bool HigherIsBetter { get; }

    /// <summary>Measures a model.</summary>
    /// <param name="model">The model. Not to be disposed of, and not to be used after the call.</param>
    /// <param name="validation">Held-out images with the columns that training needs.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    /// <returns>The value. A value that is not finite counts as worse than any other.</returns>
    double Evaluate(SimpleDiffusionTransformer model, IDataView validation, CancellationToken cancellationToken);
}
