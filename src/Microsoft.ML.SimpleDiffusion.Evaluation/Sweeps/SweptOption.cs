using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>An option and the values that it may take, known to match.</summary>
/// <param name="Path">The option.</param>
/// <param name="Domain">The values.</param>
internal sealed record SweptOption(OptionPath Path, ParameterDomain Domain)
{
    /// <summary>The values that the option's attribute gives, or null if it has none.</summary>
    public static ParameterDomain? DomainOf(OptionPath path)
    {
        if (path.Attribute<RangeAttribute>() is RangeAttribute range)
        {
            return new RangeDomain(Number(range.Min), Number(range.Max), range.LogBase);
        }

        if (path.Attribute<ChoiceAttribute>() is ChoiceAttribute choice)
        {
            return new ChoiceDomain(choice.Candidates);
        }

        return path.Attribute<BooleanChoiceAttribute>() is null ? null : new ChoiceDomain([false, true]);

        static double Number(object value) => (double)System.Convert.ChangeType(value, typeof(double), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The value at a quantile of the distribution that random search draws from.</summary>
    public object? At(double quantile) => Convert(Domain.At(quantile, Path.IsWholeNumber));

    /// <summary>The values of a grid search.</summary>
    public IEnumerable<object?> Grid(int points) => Domain.Grid(points, Path.IsWholeNumber).Select(Convert);

    private object? Convert(object? value) => Path.Convert(value, nameof(SweepOptions.Parameters));
}
