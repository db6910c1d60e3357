using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>A report as one HTML file that needs nothing else: a pure function of its data.</summary>
internal static class ReportPage
{
    private static readonly Lazy<string> Style = new(ReadStyle);

    // The policy forbids the browser to fetch or run anything at all.
    public static string Render(ReportData data) => Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <title>{data.Title}</title>
        <style>
        {new Html(Style.Value)}
        </style>
        </head>
        <body>
        <header>
        <h1>{data.Title}</h1>
        {SummarySection.Render(data)}
        </header>
        <main>
        {SamplesSection.Render(data.Samples)}
        {QualitySection.Render(data.Quality)}
        {TrainingSection.Render(data.History)}
        {GuidanceSection.Render(data.Guidance, data.Quality.Metrics[0].Name)}
        {FewStepsSection.Render(data.FewSteps, data.Quality)}
        {NeighborsSection.Render(data.Neighbors)}
        {OptionsSection.Render(data.Options)}
        </main>
        <footer><p>Made by Microsoft.ML.SimpleDiffusion.</p></footer>
        </body>
        </html>

        """).Text;

    private static string ReadStyle()
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream(typeof(ReportPage), "report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
