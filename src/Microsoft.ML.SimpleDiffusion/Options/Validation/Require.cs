namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Checks of single option values. Each failure names the option, its value and what would be right.</summary>
internal static class Require
{
    public static void That(string option, object? value, bool holds, string requirement)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(option, value, $"The option {option} {requirement}.");
        }
    }

    public static void NotNull(string option, object? value) => That(option, value, value is not null, "must not be null");

    /// <summary>Bounds included; NaN is refused.</summary>
    public static void Range(string option, double value, double min, double max)
        => That(option, value, value >= min && value <= max, max == double.MaxValue ? $"must be {min} or more" : $"must be {min} to {max}");

    /// <summary>Lower bound included, upper bound excluded.</summary>
    public static void RangeBelow(string option, double value, double min, double below)
        => That(option, value, value >= min && value < below, $"must be {min} to below {below}");

    public static void AtLeast(string option, double value, double min) => That(option, value, value >= min, $"must be {min} or more");

    /// <summary>Bound excluded; infinity is refused.</summary>
    public static void Above(string option, double value, double bound)
        => That(option, value, value > bound && double.IsFinite(value), $"must be above {bound}");

    public static void Defined<TEnum>(string option, TEnum value)
        where TEnum : struct, Enum
        => That(option, value, Enum.IsDefined(value), $"must be one of {string.Join(", ", Enum.GetNames<TEnum>())}");

    public static void NotEmpty(string option, string? value)
        => That(option, value, !string.IsNullOrWhiteSpace(value), "must be a name");

    public static void NotEmptyUnlessNull(string option, string? value)
        => That(option, value, value is null || !string.IsNullOrWhiteSpace(value), "must be a name or null");
}
