namespace TextToImage.Captions;

/// <summary>
/// Captions in a file of tab-separated values: a line of column names, then a line per picture. There are no quotes: what stands between two tabs is a
/// value as it is.
/// </summary>
internal static class CaptionFile
{
    /// <summary>Reads the pictures and their captions.</summary>
    /// <exception cref="FileNotFoundException">There is no such file, or a picture is missing.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no folder of pictures.</exception>
    /// <exception cref="InvalidDataException">A column is missing, a line is of another length, or no row is left.</exception>
    public static IReadOnlyList<CaptionedFile> Read(string path, string imageFolder, CaptionFileFormat format)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no captions file '{path}'.");
        }

        if (!Directory.Exists(imageFolder))
        {
            throw new DirectoryNotFoundException($"There is no folder '{imageFolder}'.");
        }

        using var reader = new StreamReader(path);
        string[] columns = reader.ReadLine()?.Split('\t') ?? throw new InvalidDataException($"The captions file '{path}' is empty: its first line should name its columns.");
        int fileAt = IndexOf(format.FileColumn), captionAt = IndexOf(format.CaptionColumn);
        var conditions = format.Conditions.Select(ParseCondition).Select(condition => (At: IndexOf(condition.Column), condition.Value)).ToArray();
        var rows = new List<CaptionedFile>();
        int line = 1;
        while (reader.ReadLine() is string text)
        {
            line++;
            if (text.Length == 0)
            {
                continue;
            }

            string[] values = text.Split('\t');
            if (values.Length != columns.Length)
            {
                throw new InvalidDataException($"Line {line} of '{path}' has {values.Length} values, and the first line has {columns.Length}.");
            }

            if (conditions.All(condition => values[condition.At] == condition.Value))
            {
                rows.Add(new CaptionedFile { ImagePath = Locate(values[fileAt], line), Caption = values[captionAt].Trim() });
            }
        }

        return rows.Count > 0
            ? rows
            : throw new InvalidDataException($"The captions file '{path}' has no rows{string.Concat(format.Conditions.Select(condition => $" with {condition}"))}.");

        int IndexOf(string column)
        {
            int at = Array.IndexOf(columns, column);
            return at >= 0
                ? at
                : throw new InvalidDataException($"The captions file '{path}' has no column '{column}'. Its columns are: {string.Join(", ", columns)}.");
        }

        string Locate(string file, int line)
        {
            string picture = Path.Combine(imageFolder, file);
            return File.Exists(picture)
                ? picture
                : throw new FileNotFoundException($"Line {line} of '{path}' names the picture '{file}', which is not in the folder '{imageFolder}'.");
        }
    }

    private static (string Column, string Value) ParseCondition(string condition)
    {
        int at = condition.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            ? (condition[..at], condition[(at + 1)..])
            : throw new InvalidDataException($"The condition '{condition}' should be a column's name, '=' and a value.");
    }
}
