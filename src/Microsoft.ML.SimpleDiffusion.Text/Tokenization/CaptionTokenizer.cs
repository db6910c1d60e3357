namespace Microsoft.ML.SimpleDiffusion.Text.Tokenization;

/// <summary>Turns captions into the token ids that an encoder was trained on.</summary>
internal abstract class CaptionTokenizer
{
    /// <summary>The largest id that a caption can have.</summary>
    public abstract int LargestId { get; }

    /// <summary>The id that ends each caption.</summary>
    public abstract int EndOfSentence { get; }

    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, int, out bool)"/>
    public int[] Encode(ReadOnlySpan<char> text, int maxTokens) => Encode(text, maxTokens, out _);

    /// <summary>The ids of a caption, at most <paramref name="maxTokens"/> with the end of sentence; none if there is no text in it.</summary>
    /// <param name="text">Any text. Halves of surrogate pairs count as U+FFFD.</param>
    /// <param name="maxTokens">Room for the tokens that each caption has, and one of text.</param>
    /// <param name="isCut">Whether there were more.</param>
    public abstract int[] Encode(ReadOnlySpan<char> text, int maxTokens, out bool isCut);

    /// <summary>How many characters of a caption that is cut are used: what lies behind them changes none of its ids.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, int, out bool)" path="/param"/>
    public int CountUsedCharacters(ReadOnlySpan<char> text, int maxTokens)
    {
        int[] ids = Encode(text, maxTokens);
        int tooFew = 0, enough = text.Length;
        while (enough - tooFew > 1)
        {
            int middle = (tooFew + enough) / 2;
            if (Encode(text[..middle], maxTokens).AsSpan().SequenceEqual(ids))
            {
                enough = middle;
            }
            else
            {
                tooFew = middle;
            }
        }

        return enough;
    }
}
