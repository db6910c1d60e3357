namespace TextToImage.Captions;

/// <summary>
/// Tab-separated values: a line of column names, then a line per row. There are no quotes: what stands between two tabs is a value as it is.
/// </summary>
internal sealed class TabSeparatedFile
{
    private readonly string _path;
    private readonly string[] _columns;

    private TabSeparatedFile(string path, string[] columns, IReadOnlyList<(int Line, string[] Values)> rows)
    {
        _path = path;
        _columns = columns;
        Rows = rows;
    }

    /// <summary>Number of the line, from 1, and a value per column. Empty lines are left out.</summary>
    public IReadOnlyList<(int Line, string[] Values)> Rows { get; }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is empty, or a line is longer or shorter than the first.</exception>
    public static TabSeparatedFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no captions file '{path}'.");
        }

        string[] lines = File.ReadAllLines(path);
        if (lines.Length == 0)
        {
            throw new InvalidDataException($"The captions file '{path}' is empty: its first line should name its columns.");
        }

        string[] columns = lines[0].Split('\t');
        var rows = new List<(int, string[])>();
        for (int i = 1; i < lines.Length; i++)
        {
            string[] values = lines[i].Split('\t');
            if (values.Length == columns.Length)
            {
                rows.Add((i + 1, values));
            }
            else if (lines[i].Length > 0)
            {
                throw new InvalidDataException($"Line {i + 1} of '{path}' has {values.Length} values, and the first line has {columns.Length}.");
            }
        }

        return new TabSeparatedFile(path, columns, rows);
    }

    /// <summary>Where a column is.</summary>
    /// <exception cref="InvalidDataException">There is no such column.</exception>
    public int IndexOf(string column)
    {
        int at = Array.IndexOf(_columns, column);
        return at >= 0
            ? at
            : throw new InvalidDataException($"The captions file '{_path}' has no column '{column}'. Its columns are: {string.Join(", ", _columns)}.");
    }
}
