using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

/// <summary>Reads captions from a text column.</summary>
internal static class CaptionColumn
{
    public const string Expected = "text";

    public static bool Fits(DataViewType type) => type is TextDataViewType;

    /// <summary>The caption of the current row; empty and missing ones ask for nothing in particular.</summary>
    /// <param name="row">The row or cursor.</param>
    /// <param name="column">The column.</param>
    /// <param name="maxLength">Longest caption in bytes.</param>
    public static Func<RowCondition> CreateGetter(DataViewRow row, DataViewSchema.Column column, int maxLength)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        return () =>
        {
            ReadOnlyMemory<char> caption = default;
            getter(ref caption);
            byte[] bytes = CaptionBytes.Of(caption.Span, maxLength, out bool isCut);
            return RowCondition.OfText(bytes, isCut);
        };
    }
}

/// <summary>Captions as bytes of UTF-8, which are the tokens: any language and any emoji, and no vocabulary.</summary>
internal static class CaptionBytes
{
    /// <summary>The bytes of a caption, cut at the end of a character if there are too many. A surrogate without its partner becomes U+FFFD.</summary>
    /// <param name="caption">The caption.</param>
    /// <param name="maxLength">Most bytes to return, 4 or more: a character may take as many.</param>
    /// <param name="isCut">Whether there were too many.</param>
    public static byte[] Of(ReadOnlySpan<char> caption, int maxLength, out bool isCut)
    {
        // A code unit takes a byte at least: what lies further on cannot be wanted, and the partner of a last surrogate would be cut off anyway.
        var wanted = caption[..Math.Min(caption.Length, maxLength + 1)];
        var bytes = new byte[Encoding.UTF8.GetByteCount(wanted)];
        Encoding.UTF8.GetBytes(wanted, bytes);
        isCut = bytes.Length > maxLength;
        return isCut ? bytes[..EndOfCharacter(bytes, maxLength)] : bytes;
    }

    /// <summary>The limit, for errors and warnings.</summary>
    public static string Limit(int maxLength) => $"{maxLength} bytes of UTF-8 (Network.TextEncoder.MaxLength)";

    /// <summary>Characters of the bytes, as strings count them.</summary>
    public static int CountCharacters(byte[] utf8) => Encoding.UTF8.GetCharCount(utf8);

    /// <summary>The last position up to a limit at which no character is cut in two.</summary>
    private static int EndOfCharacter(byte[] utf8, int limit)
    {
        while (limit > 0 && IsContinuation(utf8[limit]))
        {
            limit--;
        }

        return limit;
    }

    private static bool IsContinuation(byte value) => (value & 0xC0) == 0x80;
}
