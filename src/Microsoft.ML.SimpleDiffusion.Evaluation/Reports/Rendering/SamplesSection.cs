using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>Generated images, a row per class or text.</summary>
internal static class SamplesSection
{
    public static Html Render(IReadOnlyList<SampleRow> samples) => Pieces.Section("samples", "Generated pictures", Html.Of($"""
        <p>The first pictures made, at the guidance scale that the model stores; none were chosen.</p>
        <div class="samples">
        {Html.Join(samples.Select(Figure))}
        </div>
        """));

    private static Html Figure(SampleRow row) => Html.Of($"""
        <figure>
        {(row.Caption is null ? Html.Empty : Html.Of($"<figcaption>{row.Caption}</figcaption>"))}
        {Pieces.Image(row.Images, $"{row.Images.Count} generated pictures{(row.Caption is null ? string.Empty : $" of {row.Caption}")}")}
        </figure>
        """);
}
