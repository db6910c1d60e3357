namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>The values that an option may take.</summary>
internal abstract record ParameterDomain
{
    /// <summary>The value at a quantile of the distribution that random search draws from.</summary>
    /// <param name="quantile">0 to below 1.</param>
    /// <param name="wholeNumbers">Whether numbers must be whole.</param>
    public abstract object? At(double quantile, bool wholeNumbers);

    /// <summary>The values of a grid search, no two the same.</summary>
    /// <param name="points">Values of a range.</param>
    /// <param name="wholeNumbers">Whether numbers must be whole.</param>
    public abstract IReadOnlyList<object?> Grid(int points, bool wholeNumbers);
}
