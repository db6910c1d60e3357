namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>The values that a trial gives to the swept options.</summary>
/// <param name="Number">Number of the trial.</param>
/// <param name="Values">A value for each swept option, in their order.</param>
internal sealed record PlannedTrial(int Number, IReadOnlyList<object?> Values)
{
    /// <summary>Equal for trials with equal values.</summary>
    public string Key => string.Join('\n', Values.Select(OptionValue.Text));
}
