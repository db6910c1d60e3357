using System.Text;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.VisualBasic.FileIO;

namespace Microsoft.ML.SimpleDiffusion.Data.Folders;

/// <summary>A table in a text file: a line of column names, then a line per row, with tabs, commas or semicolons between values and quotes around them where needed.</summary>
internal sealed class DelimitedText
{
    private const long MaxLength = 1L << 30;

    private readonly string _path;

    private DelimitedText(string path, string[] columns, IReadOnlyList<(long Line, string[] Values)> rows) => (_path, Columns, Rows) = (path, columns, rows);

    public IReadOnlyList<string> Columns { get; }

    /// <summary>Number of the line that a row ends in, from 1, and a value per column. Empty lines are left out.</summary>
    public IReadOnlyList<(long Line, string[] Values)> Rows { get; }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="FormatException">It is empty, no text, or a line is not what the first says.</exception>
    public static DelimitedText Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no captions file '{path}'.", path);
        }

        string text = new FileInfo(path).Length == 0 ? string.Empty : ReadText(path);
        using var parser = new TextFieldParser(new StringReader(text)) { TextFieldType = FieldType.Delimited };
        parser.SetDelimiters(Delimiter(text.AsSpan().TrimStart("\r\n")));
        string[] columns = Fields(parser, path) ?? throw new FormatException($"The captions file '{path}' is empty: its first line should name its columns.");
        if (columns.GroupBy(column => column).FirstOrDefault(group => group.Count() > 1) is { Key: var twice })
        {
            throw new FormatException($"The captions file '{path}' has two columns '{twice}'.");
        }

        long lines = text.Count(c => c == '\n') + (text.EndsWith('\n') ? 0 : 1);
        var rows = new List<(long, string[])>();
        while (Fields(parser, path) is { } values)
        {
            // At the end of the text the parser does not tell its line any more.
            long line = parser.LineNumber < 0 ? lines : parser.LineNumber - 1;
            rows.Add(values.Length == columns.Length
                ? (line, values)
                : throw new FormatException($"Line {line} of '{path}' has {values.Length} values, and the first line has {columns.Length}."));
        }

        return new DelimitedText(path, columns, rows);
    }

    /// <summary>Where a column is.</summary>
    /// <exception cref="FormatException">There is no such column.</exception>
    public int IndexOf(params IReadOnlyList<string> names)
    {
        int[] at = [.. names.Select(name => Array.IndexOf([.. Columns], name)).Where(index => index >= 0)];
        return at.Length > 0
            ? at[0]
            : throw new FormatException($"The captions file '{_path}' has no column {string.Join(" or ", names.Select(name => $"'{name}'"))}. Its columns are: {string.Join(", ", Columns)}.");
    }

    private static string ReadText(string path)
    {
        using var file = new MemoryStream(Files.ReadAll(path, MaxLength));
        using var reader = new StreamReader(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        try
        {
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException($"The captions file '{path}' is no text in UTF-8.", e);
        }
    }

    private static string Delimiter(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAny('\r', '\n');
        var first = end < 0 ? text : text[..end];
        return first.Contains('\t') ? "\t" : first.Contains(',') || !first.Contains(';') ? "," : ";";
    }

    private static string[]? Fields(TextFieldParser parser, string path)
    {
        try
        {
            return parser.ReadFields();
        }
        catch (MalformedLineException e)
        {
            throw new FormatException($"Line {parser.ErrorLineNumber} of '{path}' has a value that begins with a quote and does not end with one; quotes within quotes are doubled.", e);
        }
    }
}
