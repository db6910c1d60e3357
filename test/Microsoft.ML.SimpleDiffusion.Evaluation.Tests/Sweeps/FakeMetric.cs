namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Sweeps;

/// <summary>A metric by name only: the <see cref="FakeTrainer"/> says its value.</summary>
internal sealed class FakeMetric : IValidationMetric
{
    public string Name { get; init; } = "Distance";

    public bool HigherIsBetter { get; init; }

    public double Evaluate(SimpleDiffusionTransformer model, IDataView validation, CancellationToken cancellationToken) => throw new NotSupportedException();
}
