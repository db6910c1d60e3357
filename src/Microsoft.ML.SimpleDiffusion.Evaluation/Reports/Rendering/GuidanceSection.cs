using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>A row of images and figures for each guidance scale.</summary>
internal static class GuidanceSection
{
    public static Html Render(IReadOnlyList<GuidanceRow> rows, string distanceName) => rows.Count == 0 ? Html.Empty : Pieces.Section("guidance", "Guidance", Html.Of($"""
        <p>The same conditions and seeds at each guidance scale. Higher scales follow the condition more closely and vary less; 1 is off.</p>
        {Pieces.Table("Guidance scales", ["scale", $"{distanceName} (lower is better)", "class agreement", "pictures"], rows.Select(Cells))}
        """));

    private static Html[] Cells(GuidanceRow row)
    {
        string scale = row.Scale.ToString(CultureInfo.InvariantCulture);
        return
        [
            Html.Of($"{scale}{(row.IsOwn ? " (stored)" : string.Empty)}"),
            Pieces.Number(row.Distance),
            Pieces.Number(row.Agreement, "P0"),
            Pieces.Image(row.Images, $"{row.Images.Count} pictures at guidance scale {scale}"),
        ];
    }
}
