namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

/// <summary>Says once that captions are longer than their encoder takes: two that differ only behind the cut give the same image.</summary>
/// <param name="warn">Is told.</param>
internal sealed class CutCaptionWarning(Action<string> warn)
{
    private int _isToldAlready;

    /// <param name="row">Position of the row.</param>
    /// <param name="column">Name of the column.</param>
    /// <param name="limit">What the encoder takes.</param>
    /// <param name="usedCharacters">Counts the characters that are used.</param>
    public void Tell(long row, string column, string limit, Func<int> usedCharacters)
    {
        if (Interlocked.Exchange(ref _isToldAlready, 1) == 0)
        {
            warn($"The text in row {row} of column '{column}' is longer than the encoder takes, {limit}: only its first {usedCharacters()} characters are used. "
                + "Other long texts are cut alike; this is said once.");
        }
    }
}
