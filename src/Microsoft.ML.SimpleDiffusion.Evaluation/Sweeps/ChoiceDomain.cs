namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>A list of values.</summary>
/// <param name="Values">The values.</param>
internal sealed record ChoiceDomain(IReadOnlyList<object?> Values) : ParameterDomain
{
    public override object? At(double quantile, bool wholeNumbers) => Values[Math.Min((int)(quantile * Values.Count), Values.Count - 1)];

    public override IReadOnlyList<object?> Grid(int points, bool wholeNumbers) => Values;
}
