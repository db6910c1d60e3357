using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>The model in one sentence, its main figures, and what the reader should know.</summary>
internal static class SummarySection
{
    private const int MainFigures = 2;

    public static Html Render(ReportData data) => Html.Of($"""
        <p class="lead">{Sentence(data.Model)}</p>
        <dl class="figures">
        {Html.Join(data.Quality.Metrics.Take(MainFigures).Select(Tile))}
        {Tile("Weights", data.Model.ParameterCount.ToString("N0", CultureInfo.InvariantCulture), "trained numbers of the network")}
        </dl>
        {Html.Join(data.Notes.Select(note => Html.Of($"<p class=\"note\">{note}</p>")))}
        """);

    private static Html Sentence(ModelSummary model)
    {
        string classes = model.ClassCount > 0 ? $" of {model.ClassCount} classes" : string.Empty;
        string colours = model.Channels switch { 1 => "grey", 3 => "colour", 4 => "transparent colour", var count => string.Create(CultureInfo.InvariantCulture, $"{count}-channel") };
        string article = "aeiou".Contains(char.ToLowerInvariant(model.Kind[0])) ? "An" : "A";
        return Html.Of($"{article} {model.Kind} simple diffusion model of {model.Height}×{model.Width} {colours} pictures{classes}, trained for {model.TrainedSteps:N0} steps of {model.ImagesPerStep} pictures. This report was made with {model.RealImages:N0} real pictures.");
    }

    private static Html Tile(MetricRow metric)
        => Tile(metric.Name, Pieces.Figure(metric.Model), $"real pictures {Pieces.Figure(metric.Real)}, noise {Pieces.Figure(metric.Noise)}");

    private static Html Tile(string name, string value, string explanation)
        => Html.Of($"<div><dt>{name}</dt><dd><strong>{value}</strong> <small>{explanation}</small></dd></div>");
}
