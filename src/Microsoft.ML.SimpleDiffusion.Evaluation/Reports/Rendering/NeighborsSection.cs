using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>Generated images beside the real ones that are nearest to them.</summary>
internal static class NeighborsSection
{
    public static Html Render(NeighborReport neighbors) => Pieces.Section("neighbors", "Nearest neighbours in the training set", Html.Of($"""
        <p>Each generated picture (left) beside the real one whose features are nearest (right), those that are nearest to each other first. A model that has learnt pictures
        by heart comes nearer to them than they are to one another: compare the distances with those of held-out real pictures, to the same other real ones.</p>
        {Pieces.Table("Distance to the nearest real picture", ["pictures", "lowest", "5 % are below", "median", "number"], [Cells("generated", neighbors.Generated), Cells("held-out real", neighbors.Real)])}
        <div class="pairs">
        {Html.Join(neighbors.Pairs.Select(Figure))}
        </div>
        """));

    private static Html[] Cells(string name, DistanceSummary summary)
        => [Pieces.Text(name), Pieces.Number(summary.Lowest), Pieces.Number(summary.FifthPercentile), Pieces.Number(summary.Median), Html.Of($"{summary.Count:N0}")];

    private static Html Figure(NeighborPair pair) => Html.Of($"""
        <figure>
        {Pieces.Image(pair.Images, $"A generated picture{(pair.Caption is null ? string.Empty : $" of {pair.Caption}")} and the real picture nearest to it")}
        <figcaption>{(pair.Caption is null ? Html.Empty : Html.Of($"{pair.Caption}, "))}{pair.Distance:F2}</figcaption>
        </figure>
        """);
}
