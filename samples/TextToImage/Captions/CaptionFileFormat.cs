namespace TextToImage.Captions;

/// <summary>Which parts of a captions file are used.</summary>
internal sealed record CaptionFileFormat
{
    /// <summary>The column with the pictures' paths below the image folder.</summary>
    public string FileColumn { get; init; } = "file";

    /// <summary>The column with the captions.</summary>
    public string CaptionColumn { get; init; } = "caption";

    /// <summary>"column=value": only rows with this value in this column are used. All of them must hold.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];
}
