using System.Globalization;
using System.Text;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>What several sections of a report are made of.</summary>
internal static class Pieces
{
    /// <summary>Small images are enlarged to about this many pixels on a side.</summary>
    private const int ShownSide = 64;

    public static Html Section(string id, string heading, Html content) => Html.Of($"""
        <section id="{id}" aria-labelledby="{id}-heading">
        <h2 id="{id}-heading">{heading}</h2>
        {content}
        </section>
        """);

    /// <summary>A table that scrolls sideways on its own where the screen is too narrow.</summary>
    /// <param name="caption">Says what the table shows.</param>
    /// <param name="headers">Of the columns.</param>
    /// <param name="rows">Cells; the first of each row is its header.</param>
    public static Html Table(string caption, IEnumerable<string> headers, IEnumerable<Html[]> rows) => Html.Of($"""
        <div class="scroll" role="region" aria-label="{caption}" tabindex="0">
        <table>
        <caption>{caption}</caption>
        <thead><tr>{Html.Join(headers.Select(header => Html.Of($"<th scope=\"col\">{header}</th>")))}</tr></thead>
        <tbody>
        {Html.Join(rows.Select(Row))}
        </tbody>
        </table>
        </div>
        """);

    /// <summary>Text as a cell.</summary>
    public static Html Text(string? text) => Html.Of($"{text}");

    /// <summary>A number as a cell, or a dash if there is none.</summary>
    public static Html Number(double? value, string format = "F2") => Text(Figure(value, format));

    /// <summary>A number, or a dash if there is none.</summary>
    public static string Figure(double? value, string format = "F2")
        => value is double number && double.IsFinite(number) ? number.ToString(format, CultureInfo.InvariantCulture) : "–";

    /// <summary>A strip of images; each pixel of small ones is a square.</summary>
    public static Html Image(ImageStrip strip, string alternative)
    {
        int scale = Math.Max(1, ShownSide / strip.Height);
        return Html.Of($"""<img class="{(scale > 1 ? "pixels" : "photo")}" src="data:image/png;base64,{new Html(Convert.ToBase64String(strip.Png))}" width="{strip.Width * scale}" height="{strip.Height * scale}" alt="{alternative}">""");
    }

    /// <summary>A chart as an image of its own, so that its identifiers cannot clash with those of another.</summary>
    public static Html Chart(string svg, string alternative, string caption)
    {
        var data = new Html(Convert.ToBase64String(Encoding.UTF8.GetBytes(svg)));
        return Html.Of($"""
            <figure class="chart">
            <img src="data:image/svg+xml;base64,{data}" width="{LineChart.Width}" height="{LineChart.Height}" alt="{alternative}">
            <figcaption>{caption}</figcaption>
            </figure>
            """);
    }

    private static Html Row(Html[] cells)
        => Html.Of($"<tr><th scope=\"row\">{cells[0]}</th>{Html.Join(cells.Skip(1).Select(cell => Html.Of($"<td>{cell}</td>")))}</tr>");
}
