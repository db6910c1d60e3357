namespace TextToImage.Captions;

/// <summary>Captions of pictures, in a file of tab-separated values.</summary>
internal static class CaptionFile
{
    /// <summary>Reads the pictures and their captions.</summary>
    /// <param name="path">The captions file.</param>
    /// <param name="imageFolder">The folder that the pictures' paths start from.</param>
    /// <param name="format">Which columns and rows to use.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or a picture is missing.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The file is not what it should be, a column is missing, or no row is left.</exception>
    public static IReadOnlyList<CaptionedFile> Read(string path, string imageFolder, CaptionFileFormat format)
    {
        var table = TabSeparatedFile.Read(path);
        int fileAt = table.IndexOf(format.FileColumn), captionAt = table.IndexOf(format.CaptionColumn);
        var conditions = format.Conditions.Select(ParseCondition).Select(condition => (At: table.IndexOf(condition.Column), condition.Value)).ToArray();
        var chosen = table.Rows.Where(row => conditions.All(condition => row.Values[condition.At] == condition.Value)).ToList();
        if (chosen.Count == 0)
        {
            throw new InvalidDataException($"The captions file '{path}' has no rows{string.Concat(format.Conditions.Select(condition => $" with {condition}"))}.");
        }

        if (!Directory.Exists(imageFolder))
        {
            throw new DirectoryNotFoundException($"There is no folder '{imageFolder}'.");
        }

        return chosen.Select(row => new CaptionedFile { ImagePath = Locate(row.Values[fileAt], row.Line), Caption = row.Values[captionAt].Trim() }).ToList();

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
