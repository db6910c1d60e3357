using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Tokenization;

/// <summary>
/// Makes of a caption what Microsoft.ML.Tokenizers 2.0.1 reads as BERT's own tokenizer does. It throws on halves of surrogate pairs, leaves out what takes two
/// characters in UTF-16, emoji among it, and takes accents off only where .NET has ICU.
/// </summary>
internal static class CaptionText
{
    /// <summary>A symbol that is in no vocabulary: it becomes what emoji become in BERT, the unknown token.</summary>
    private const char Unknown = '\u2BFF';

    /// <summary>The letters U+00C0 to U+017F that have a canonical decomposition in UnicodeData.txt.</summary>
    private const string Accented =
        "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĒēĔĕĖėĘęĚěĜĝĞğĠ" +
        "ġĢģĤĥĨĩĪīĬĭĮįİĴĵĶķĹĺĻļĽľŃńŅņŇňŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽž";

    /// <summary>What they are without their marks.</summary>
    private const string Plain =
        "AAAAAACEEEEIIIINOOOOOUUUUYaaaaaaceeeeiiiinooooouuuuyyAaAaAaCcCcCcCcDdEeEeEeEeEeGgGgG" +
        "gGgHhIiIiIiIiIJjKkLlLlLlNnNnNnOoOoOoRrRrRrSsSsSsSsTtTtUuUuUuUuUuUuWwYyYZzZzZz";

    /// <summary>A caption as it should be read.</summary>
    /// <param name="text">Any text. Halves of surrogate pairs become U+FFFD, which BERT leaves out.</param>
    public static string Prepare(ReadOnlySpan<char> text)
    {
        var prepared = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsBmp)
            {
                int letter = Accented.IndexOf((char)rune.Value, StringComparison.Ordinal);
                prepared.Append(letter < 0 ? (char)rune.Value : Plain[letter]);
            }
            else
            {
                AppendWide(prepared, rune);
            }
        }

        return prepared.ToString();
    }

    /// <summary>As in BERT's tokenization.py: marks, controls and what is unassigned go, ideographs are words of their own.</summary>
    private static void AppendWide(StringBuilder prepared, Rune rune)
    {
        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.NonSpacingMark or UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned:
                break;
            case UnicodeCategory.OtherLetter when rune.Value is >= 0x20000 and < 0x30000:
                prepared.Append(' ').Append(Unknown).Append(' ');
                break;
            default:
                prepared.Append(Unknown);
                break;
        }
    }
}
