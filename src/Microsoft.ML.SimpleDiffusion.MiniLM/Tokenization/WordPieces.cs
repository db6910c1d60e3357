using System.Text.RegularExpressions;
using Microsoft.ML.SimpleDiffusion.Text.Tokenization;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Tokenization;

/// <summary>Turns captions into the token ids that BERT was trained on: a mark of the beginning, word pieces in lower case without accents, and a mark of the end.</summary>
internal sealed partial class WordPieces : CaptionTokenizer
{
    private const int Marks = 2;

    private readonly BertTokenizer _pieces;

    /// <param name="vocabulary">A piece a line, in the order of the ids.</param>
    public WordPieces(byte[] vocabulary)
    {
        using var stream = new MemoryStream(vocabulary);

        // Captions are text: "[SEP]" in one is no mark. The rest is as in the encoder's tokenizer_config.json: do_lower_case, and accents go with it.
        _pieces = BertTokenizer.Create(stream, new BertOptions
        {
            LowerCaseBeforeTokenization = true,
            RemoveNonSpacingMarks = true,
            SplitOnSpecialTokens = false,
            PreTokenizer = new RegexPreTokenizer(WordOrPunctuation(), specialTokens: null),
        });
        LargestId = vocabulary.AsSpan().TrimEnd("\r\n"u8).Count((byte)'\n');
    }

    /// <inheritdoc/>
    public override int LargestId { get; }

    /// <inheritdoc/>
    public override int EndOfSentence => _pieces.SeparatorTokenId;

    /// <inheritdoc/>
    public override int[] Encode(ReadOnlySpan<char> text, int maxTokens, out bool isCut)
    {
        int room = maxTokens - Marks;
        var pieces = _pieces.EncodeToIds(CaptionText.Prepare(text), room + 1, addSpecialTokens: false, out _, out _);
        isCut = pieces.Count > room;
        return pieces.Count == 0 ? [] : [_pieces.ClassificationTokenId, .. pieces.Take(room), _pieces.SeparatorTokenId];
    }

    /// <summary>
    /// As in BERT's tokenization.py, where all of ASCII that is no letter, digit or space is punctuation, and other symbols belong to words. What Microsoft.ML.Tokenizers
    /// 2.0.1 does by itself loses symbols, such as +, and takes _ for a letter.
    /// </summary>
    [GeneratedRegex(@"[\p{P}!-/:-@\[-`{-~]|[^\s\p{P}!-/:-@\[-`{-~]+")]
    private static partial Regex WordOrPunctuation();
}
