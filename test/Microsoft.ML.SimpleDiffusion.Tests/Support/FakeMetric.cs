namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>A metric with a value for each step, whatever the model.</summary>
internal sealed class FakeMetric(Func<long, double> valueAt, string name = "Fake") : IValidationMetric
{
    public string Name => name;

    public bool HigherIsBetter { get; init; }

    /// <summary>Steps of the models that have been measured.</summary>
    public List<long> Steps { get; } = [];

    /// <summary>What else is done with each model.</summary>
    public Action<SimpleDiffusionTransformer, IDataView>? With { get; init; }

    public double Evaluate(SimpleDiffusionTransformer model, IDataView validation, CancellationToken cancellationToken)
    {
        Steps.Add(model.TrainedSteps);
        With?.Invoke(model, validation);
        return valueAt(model.TrainedSteps);
    }
}
