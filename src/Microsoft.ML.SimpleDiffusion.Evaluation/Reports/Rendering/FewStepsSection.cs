using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>How good a model and those distilled from it are at how many evaluations of the network.</summary>
internal static class FewStepsSection
{
    public static Html Render(IReadOnlyList<FewStepsRow> rows, QualityReport quality)
    {
        if (rows.Count == 0)
        {
            return Html.Empty;
        }

        var floor = quality.Metrics[0];
        return Pieces.Section("few-steps", "Few steps", Html.Of($"""
            <p>The same conditions in each way to draw, and but for the second seed the same seeds. A guided step takes two evaluations of the network. {Noise(rows)}</p>
            {Pieces.Chart(Draw(rows, floor), Alternative(rows, floor), $"{floor.Name} over the evaluations of the network for a picture; lower is better.")}
            {Pieces.Table("Ways to draw", ["way", "evaluations", $"{floor.Name} (lower is better)", "class agreement", "pictures"], [.. rows.Select(Cells), Cells(quality)])}
            """));
    }

    private static string Draw(IReadOnlyList<FewStepsRow> rows, MetricRow floor)
    {
        var lines = rows.GroupBy(row => row.Way).Select(way => new ChartLine(Name(way.Key), Points(way)) { HasMarkers = true }).ToList();
        return LineChart.DrawOverDoublings(floor.Name, "evaluations of the network", lines, floor.Real is double real ? [("real pictures", real)] : []);
    }

    private static List<(double X, double Y)> Points(IEnumerable<FewStepsRow> rows)
        => [.. rows.OrderBy(row => row.Evaluations).Select(row => ((double)row.Evaluations, row.Distance ?? double.NaN))];

    /// <summary>What two seeds differ by, as a sentence.</summary>
    private static string Noise(IReadOnlyList<FewStepsRow> rows)
    {
        double[] distances = [.. rows.Where(row => row.Way == FewStepsWay.Own).Select(row => row.Distance ?? double.NaN)];
        double noise = distances.Length == 2 ? Math.Abs(distances[0] - distances[1]) : double.NaN;
        return double.IsFinite(noise)
            ? $"Two seeds of the model's own sampling differ by {Pieces.Figure(noise, "G2")}. That is a single draw of the noise: differences of its size, and a few times more, say nothing."
            : string.Empty;
    }

    private static string Alternative(IReadOnlyList<FewStepsRow> rows, MetricRow floor)
    {
        var points = rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Name}: {Pieces.Figure(row.Distance, "G4")} at {row.Evaluations}"));
        return $"Line chart of the {floor.Name.ToLowerInvariant()} over the evaluations of the network. {string.Join("; ", points)}; real pictures: {Pieces.Figure(floor.Real, "G4")}.";
    }

    private static Html[] Cells(FewStepsRow row) =>
    [
        Pieces.Text(row.Name),
        Html.Of($"{row.Evaluations:N0}"),
        Pieces.Number(row.Distance, "G4"),
        Pieces.Number(row.Agreement, "P0"),
        Pieces.Image(row.Images, $"{row.Images.Count} pictures of {row.Name}"),
    ];

    /// <summary>The floor.</summary>
    private static Html[] Cells(QualityReport quality) =>
    [
        Pieces.Text("held-out real pictures"),
        Pieces.Text("–"),
        Pieces.Number(quality.Metrics[0].Real, "G4"),
        Pieces.Number(quality.Metrics.FirstOrDefault(metric => metric.Name == QualityReport.Agreement)?.Real, "P0"),
        Pieces.Text("–"),
    ];

    private static string Name(FewStepsWay way) => way switch
    {
        FewStepsWay.Own => "own, two seeds",
        FewStepsWay.Ddim => "DDIM",
        FewStepsWay.DpmSolver => "DPM-Solver++ 2M",
        _ => "distilled",
    };
}
