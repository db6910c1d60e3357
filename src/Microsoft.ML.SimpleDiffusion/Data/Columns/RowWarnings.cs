namespace Microsoft.ML.SimpleDiffusion.Data.Columns;

/// <summary>Says of the first row what might be said of a million, once for each kind. Safe to call from several threads.</summary>
/// <param name="warn">Is told.</param>
internal sealed class RowWarnings(Action<string> warn)
{
    private int _told;

    /// <summary>Warns, unless this kind of thing has been said already.</summary>
    /// <param name="kind">What is said.</param>
    /// <param name="message">Makes the sentence.</param>
    public void Tell(RowWarning kind, Func<string> message)
    {
        int flag = 1 << (int)kind;
        if ((Interlocked.Or(ref _told, flag) & flag) == 0)
        {
            warn(message());
        }
    }

    /// <summary>Says that captions are longer than their encoder takes: two that differ only behind the cut give the same image.</summary>
    /// <param name="text">Where the text is from.</param>
    /// <param name="limit">What the encoder takes.</param>
    /// <param name="usedCharacters">Counts the characters that are used.</param>
    public void TellCut(string text, string limit, Func<int> usedCharacters) => Tell(
        RowWarning.CutCaption,
        () => $"{text} is longer than the encoder takes, {limit}: only its first {usedCharacters()} characters are used. Other long texts are cut alike; this is said once.");
}

/// <summary>What can be said of rows.</summary>
internal enum RowWarning
{
    /// <summary>A key is missing, which is not always meant.</summary>
    MissingClass,

    /// <summary>Pixels seem to be 0 to 1.</summary>
    PixelRange,

    /// <summary>A caption is cut.</summary>
    CutCaption,
}
