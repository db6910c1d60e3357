using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimpleDiffusion.Tool.Terminal;

/// <summary>Text from files and data for a terminal: what would move its cursor, recolour it or reorder its lines is shown instead of obeyed.</summary>
internal static class SafeText
{
    /// <summary>The text with control, formatting and private characters written as <c>\u001b</c>. Line breaks stay.</summary>
    public static string Of(string text)
    {
        if (text.All(IsHarmless))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            _ = IsHarmless(c) ? safe.Append(c) : safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return safe.ToString();
    }

    private static bool IsHarmless(char c) => c == '\n' || char.GetUnicodeCategory(c) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
