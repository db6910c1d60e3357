namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>The part of a loss curve that has no point yet.</summary>
/// <param name="Length">Steps between two points of the curve, a power of two.</param>
/// <param name="Sum">Sum of the losses since the last multiple of the length.</param>
/// <param name="Count">Number of losses in the sum; skipped steps have none.</param>
internal readonly record struct OpenLossInterval(long Length, double Sum, long Count)
{
    /// <summary>Of a curve without any step.</summary>
    public static OpenLossInterval Empty { get; } = new(1, 0, 0);

    /// <summary>Whether a curve can be in this state.</summary>
    public bool IsValid => Length >= 1 && long.IsPow2(Length) && Count >= 0 && Count < Length && double.IsFinite(Sum);
}
