using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>Metrics with their floor and ceiling, and class by class.</summary>
internal static class QualitySection
{
    public static Html Render(QualityReport quality) => Pieces.Section("metrics", "Metrics", Html.Of($"""
        <p>Pictures are compared by {quality.FeatureDescription}. Each set has {quality.Images:N0} pictures. The values say something only beside those of held-out real
        pictures, about the best that a model can reach, and of noise, about the worst. None of them is a FID or can be compared with one.</p>
        {Pieces.Table("Metrics of generated pictures, real pictures and noise", ["metric", "better", "this model", "held-out real pictures", "noise"], quality.Metrics.Select(Cells))}
        {RenderClasses(quality.Classes)}
        """));

    private static Html[] Cells(MetricRow row) =>
    [
        Pieces.Text(row.Name),
        Pieces.Text(row.HigherIsBetter ? "higher" : "lower"),
        Pieces.Number(row.Model, "G4"),
        Pieces.Number(row.Real, "G4"),
        Pieces.Number(row.Noise, "G4"),
    ];

    private static Html RenderClasses(IReadOnlyList<ClassAgreementRow> classes) => classes.Count == 0 ? Html.Empty : Html.Of($"""
        <h3>Class agreement</h3>
        <p>The share of pictures that the classifier gives the class they were asked for.</p>
        {Pieces.Table(
            "Share of pictures that get their class",
            ["class", "this model", "held-out real pictures"],
            classes.Select(row => new[] { Pieces.Text(row.Label), Bar(row.Model), Bar(row.Real) }))}
        """);

    private static Html Bar(double? share) => share is double value && double.IsFinite(value)
        ? Html.Of($"<span class=\"bar\" style=\"--share:{value:F3}\">{value:P0}</span>")
        : Pieces.Text("–");
}
