using System.Text;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.SimpleDiffusion.Text.Tokenization;

/// <summary>Turns captions into the token ids that T5 was trained on: SentencePiece pieces, then the end of sentence.</summary>
internal sealed class T5Tokenizer : CaptionTokenizer
{
    /// <summary>
    /// As a field of a SentencePiece model: trainer_spec (2) { bos_id (41): 0 }. Appended to a model it overrides what is there, which in T5 is -1, none,
    /// and makes Microsoft.ML.Tokenizers 2.0.1 throw. Which id it is does not matter: it is never emitted.
    /// </summary>
    private static readonly byte[] SomeBeginningOfSentence = [0x12, 0x03, 0xC8, 0x02, 0x00];

    private readonly SentencePieceTokenizer _pieces;

    private T5Tokenizer(SentencePieceTokenizer pieces)
    {
        _pieces = pieces;
        LargestId = pieces.Vocabulary.Values.Max();
    }

    /// <inheritdoc/>
    public override int LargestId { get; }

    /// <inheritdoc/>
    public override int EndOfSentence => _pieces.EndOfSentenceId;

    /// <param name="model">A SentencePiece model, the content of a file such as spiece.model.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <exception cref="FormatException">It is none, or has no end of sentence.</exception>
    public static T5Tokenizer Parse(byte[] model, string name)
    {
        try
        {
            using var stream = new MemoryStream([.. model, .. SomeBeginningOfSentence]);
            return new T5Tokenizer(SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false));
        }
        catch (Exception e)
        {
            // The parser checks little, and throws whatever its indexing runs into.
            throw new FormatException($"'{name}' is not a SentencePiece model with an end of sentence, as T5's spiece.model is: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override int[] Encode(ReadOnlySpan<char> text, int maxTokens, out bool isCut)
    {
        isCut = false;
        var pieces = _pieces.EncodeToIds(Clean(text));
        var ids = new List<int>(Math.Min(pieces.Count + 1, maxTokens));
        foreach (int id in pieces)
        {
            // SentencePiece makes one unknown of neighbouring ones; Microsoft.ML.Tokenizers does not.
            bool isFused = id == _pieces.UnknownId && ids.Count > 0 && ids[^1] == id;
            isCut = !isFused && ids.Count == maxTokens - 1;
            if (isCut)
            {
                break;
            }

            if (!isFused)
            {
                ids.Add(id);
            }
        }

        return ids.Count == 0 ? [] : [.. ids, EndOfSentence];
    }

    /// <summary>Removes what T5's normalization (nmt_nfkc) maps to nothing: Microsoft.ML.Tokenizers leaves it in.</summary>
    private static string Clean(ReadOnlySpan<char> text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsRemoved(rune.Value))
            {
                clean.Append(rune);
            }
        }

        return clean.ToString();
    }

    /// <summary>Control characters as in SentencePiece's builder.cc.</summary>
    private static bool IsRemoved(int value) => value is (> 0 and < 0x09) or 0x0B or (>= 0x0E and < 0x20) or 0x7F or 0x8F or 0x9F;
}
