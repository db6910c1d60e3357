using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

/// <summary>
/// Compares labels by what a reader sees: spellings that Unicode calls canonically equivalent, such as é in one character (NFC, as most systems write it) and in two
/// (NFD, as the names of files on a Mac), are one. Case, width and blanks count.
/// </summary>
internal sealed class LabelComparer : StringComparer
{
    private LabelComparer()
    {
    }

    public static LabelComparer Instance { get; } = new();

    public override int Compare(string? x, string? y) => string.CompareOrdinal(Canonical(x), Canonical(y));

    public override bool Equals(string? x, string? y) => string.Equals(Canonical(x), Canonical(y), StringComparison.Ordinal);

    public override int GetHashCode(string obj) => Ordinal.GetHashCode(Canonical(obj)!);

    private static string? Canonical(string? text) => text is null || Ascii.IsValid(text) ? text : CanonicalDecomposition.Of(text);
}

/// <summary>
/// Unicode's normalization form D. <see cref="string.Normalize()"/> leaves a text as it is, without a word, in a program with InvariantGlobalization, and no library that
/// brings its own tables is kept for .NET.
/// </summary>
internal static class CanonicalDecomposition
{
    private const string ResourceName = "CanonicalUnicode.txt";

    // Hangul syllables are made by rule (section 3.12 of the Unicode Standard).
    private const int FirstSyllable = 0xAC00, FirstLead = 0x1100, FirstVowel = 0x1161, BeforeFirstTail = 0x11A7, Vowels = 21, Tails = 28, Syllables = 11_172;

    private static readonly Lazy<Tables> Data = new(ReadTables);

    /// <summary>The text in form D. Half a surrogate pair stays as it is.</summary>
    public static string Of(string text)
    {
        var characters = new List<int>(text.Length);
        for (int i = 0; i < text.Length;)
        {
            bool isWhole = Rune.TryGetRuneAt(text, i, out var rune);
            Decompose(isWhole ? rune.Value : text[i], characters);
            i += isWhole ? rune.Utf16SequenceLength : 1;
        }

        SortMarks(characters);
        var result = new StringBuilder(characters.Count);
        foreach (int character in characters)
        {
            _ = Rune.TryCreate(character, out var rune) ? result.Append(rune.ToString()) : result.Append((char)character);
        }

        return result.ToString();
    }

    private static void Decompose(int character, List<int> result)
    {
        int syllable = character - FirstSyllable;
        if (syllable is >= 0 and < Syllables)
        {
            result.Add(FirstLead + (syllable / (Vowels * Tails)));
            result.Add(FirstVowel + (syllable % (Vowels * Tails) / Tails));
            if (syllable % Tails > 0)
            {
                result.Add(BeforeFirstTail + (syllable % Tails));
            }
        }
        else if (Data.Value.Parts.TryGetValue(character, out int[]? parts))
        {
            Array.ForEach(parts, part => Decompose(part, result));
        }
        else
        {
            result.Add(character);
        }
    }

    /// <summary>Puts the marks behind each letter into the order of their classes; those of one class keep theirs.</summary>
    private static void SortMarks(List<int> characters)
    {
        for (int first = 0; first < characters.Count; first++)
        {
            int end = first;
            while (end < characters.Count && ClassOf(characters[end]) > 0)
            {
                end++;
            }

            if (end - first > 1)
            {
                int[] sorted = [.. characters.GetRange(first, end - first).OrderBy(ClassOf)];
                for (int i = 0; i < sorted.Length; i++)
                {
                    characters[first + i] = sorted[i];
                }
            }

            first = end;
        }
    }

    private static int ClassOf(int character) => Data.Value.Classes.GetValueOrDefault(character);

    private static Tables ReadTables()
    {
        using var stream = typeof(CanonicalDecomposition).Assembly.GetManifestResourceStream(ResourceName)!;
        using var reader = new StreamReader(stream);
        var (parts, classes) = (new Dictionary<int, int[]>(), new Dictionary<int, int>());
        while (reader.ReadLine() is string line)
        {
            string[] words = line.Split(' ');
            if (words[0].Split("..") is [var first, var last])
            {
                for (int character = Parse(first); character <= Parse(last); character++)
                {
                    classes.Add(character, int.Parse(words[1], CultureInfo.InvariantCulture));
                }
            }
            else if (words[0] != "#")
            {
                parts.Add(Parse(words[0]), Array.ConvertAll(words[1..], Parse));
            }
        }

        return new Tables(parts, classes);
    }

    private static int Parse(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <param name="Parts">What characters are made of.</param>
    /// <param name="Classes">Combining classes of marks.</param>
    private sealed record Tables(Dictionary<int, int[]> Parts, Dictionary<int, int> Classes);
}
