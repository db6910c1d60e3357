namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>A line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">Where it goes, from left to right.</param>
internal sealed record ChartLine(string Name, IReadOnlyList<(double X, double Y)> Points)
{
    /// <summary>Whether each point is marked: for few points.</summary>
    public bool HasMarkers { get; init; }

    /// <summary>Whether it is a level to compare others with.</summary>
    public bool IsDashed { get; init; }
}
