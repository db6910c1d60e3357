using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>An option that a sweep varies, and the values that it may take.</summary>
/// <remarks>
/// Options are named by their path from <see cref="SimpleDiffusionOptions"/>, such as <c>Training.LearningRate</c>. Whether option and values match is
/// checked when the sweep begins.
/// </remarks>
public sealed class SweepParameter
{
    private SweepParameter(string option, ParameterDomain? domain)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(option);
        Option = option;
        Domain = domain;
    }

    /// <summary>Path of the option.</summary>
    public string Option { get; }

    /// <summary>The values, or null for those that the option's own attribute gives.</summary>
    internal ParameterDomain? Domain { get; }

    /// <summary>
    /// An option with the values that its own attribute gives: <see cref="SearchSpace.RangeAttribute"/>, <see cref="SearchSpace.ChoiceAttribute"/> or
    /// <see cref="SearchSpace.BooleanChoiceAttribute"/>, which Microsoft.ML.AutoML reads too.
    /// </summary>
    /// <param name="option">Path of the option.</param>
    public static SweepParameter FromString(string option) => new(option, domain: null);

    /// <summary>A range of numbers.</summary>
    /// <param name="option">Path of a numeric option. Whole-numbered options get whole numbers.</param>
    /// <param name="min">The lowest value.</param>
    /// <param name="max">The highest value, above <paramref name="min"/>.</param>
    /// <param name="log">Whether values are spread evenly over the logarithm of the range, which then must be above 0. Right for learning rates.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty, not finite, or reaches 0 or below on a logarithmic scale.</exception>
    public static SweepParameter Range(string option, double min, double max, bool log = false)
    {
        Require.That(nameof(min), min, double.IsFinite(min) && (!log || min > 0), log ? "must be finite and above 0 on a logarithmic scale" : "must be finite");
        Require.That(nameof(max), max, double.IsFinite(max) && max > min, $"must be finite and above min ({min})");
        return new SweepParameter(option, new RangeDomain(min, max, log));
    }

    /// <summary>A list of values.</summary>
    /// <param name="option">Path of an option.</param>
    /// <param name="values">The values, at least one and no two the same: numbers, Booleans, members of an enumeration, arrays of whole numbers, or null where the option may be.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no values.</exception>
    public static SweepParameter Choice(string option, params object?[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        Require.That(nameof(values), values.Length, values.Length > 0, "must have at least one value");
        return new SweepParameter(option, new ChoiceDomain([.. values]));
    }

    /// <inheritdoc cref="FromString"/>
    public static implicit operator SweepParameter(string option) => FromString(option);
}
