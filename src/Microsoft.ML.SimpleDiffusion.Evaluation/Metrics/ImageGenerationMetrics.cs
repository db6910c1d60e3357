using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>How good generated images are. A metric that was not asked for, or whose columns were not named, is null.</summary>
public sealed class ImageGenerationMetrics
{
    internal ImageGenerationMetrics()
    {
    }

    /// <summary>Number of generated images.</summary>
    public long GeneratedCount { get; internal init; }

    /// <summary>Number of reference images; 0 if no metric needs them.</summary>
    public long ReferenceCount { get; internal init; }

    /// <summary>Squared Fréchet distance of the features, 0 or more; lower is better. The FID if the features are Inception's, else not.</summary>
    public double? FrechetDistance { get; internal init; }

    /// <summary>Squared maximum mean discrepancy of the features (unbiased, so that it may fall below 0); lower is better. The KID if the features are Inception's.</summary>
    public MetricEstimate? KernelDistance { get; internal init; }

    /// <summary>Inception score, 1 to the number of classes; higher is better.</summary>
    public MetricEstimate? InceptionScore { get; internal init; }

    /// <summary>Share of the generated images that lie among the reference images, 0 to 1: how good they are.</summary>
    public double? Precision { get; internal init; }

    /// <summary>Share of the reference images that lie among the generated images, 0 to 1: how varied those are.</summary>
    public double? Recall { get; internal init; }

    /// <summary>Mean number of balls of reference images that a generated image lies in, over the number of neighbours, 0 or more: precision that outliers do not spoil.</summary>
    public double? Density { get; internal init; }

    /// <summary>Share of the reference images whose ball holds a generated image, 0 to 1: recall that outliers do not spoil.</summary>
    public double? Coverage { get; internal init; }

    /// <summary>CLIP score: mean of 100 · max(cosine, 0) between features of images and of their texts, 0 to 100 (Hessel et al. 2021 have 2.5 instead of 100).</summary>
    public double? ClipScore { get; internal init; }

    /// <summary>Distances of generated images to their nearest reference images.</summary>
    public NearestNeighborMetrics? NearestNeighbors { get; internal init; }

    /// <summary>The same of held-out real images, if they were given: what <see cref="NearestNeighbors"/> is to be read against.</summary>
    public NearestNeighborMetrics? HeldOutNearestNeighbors { get; internal init; }

    /// <summary>How often a classifier sees the class that was asked for.</summary>
    public ClassAgreementMetrics? ClassAgreement { get; internal init; }

    /// <summary>A Markdown table.</summary>
    public override string ToString()
    {
        var table = new StringBuilder("| metric | value |\n| --- | --- |\n");
        foreach (var (name, value) in Rows().Where(row => row.Value is not null))
        {
            table.Append(CultureInfo.InvariantCulture, $"| {name} | {value} |\n");
        }

        return table.ToString();
    }

    private IEnumerable<(string Name, string? Value)> Rows()
    {
        yield return ("generated images", GeneratedCount.ToString(CultureInfo.InvariantCulture));
        yield return ("reference images", ReferenceCount.ToString(CultureInfo.InvariantCulture));
        yield return ("Fréchet distance", Number(FrechetDistance));
        yield return ("kernel distance", KernelDistance?.ToString());
        yield return ("Inception score", InceptionScore?.ToString());
        yield return ("precision", Number(Precision));
        yield return ("recall", Number(Recall));
        yield return ("density", Number(Density));
        yield return ("coverage", Number(Coverage));
        yield return ("CLIP score", Number(ClipScore));
        yield return ("class agreement", Number(ClassAgreement?.Overall));
        yield return ("nearest reference image", NearestNeighbors?.ToString());
        yield return ("nearest reference image of held-out images", HeldOutNearestNeighbors?.ToString());
    }

    private static string? Number(double? value) => value?.ToString("G5", CultureInfo.InvariantCulture);
}
