namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>What makes metrics mean less than they seem to.</summary>
/// <param name="warn">Takes a message.</param>
internal sealed class EvaluationWarnings(Action<string> warn)
{
    /// <summary>Too few images for a covariance, and features that never vary.</summary>
    public void OfFeatures(FeatureCollector features)
    {
        if (features.Statistics is not null && features.Count <= features.Dimension)
        {
            warn(
                $"The {features.Role} data has {features.Count} images for {features.Dimension} features: their covariance is singular, and the Fréchet distance of so few "
                + $"images comes out too high. Use more than {features.Dimension} images, and compare only distances of equally many.");
        }

        if (features.CountConstant() is var constant and > 0)
        {
            warn($"{constant} of {features.Dimension} features are the same in all images of the {features.Role} data, and tell nothing of their variety.");
        }
    }

    /// <summary>Sets too small for balls.</summary>
    public void OfNeighbors(string metrics, int neighbors, long fewest)
        => warn($"{metrics} with {neighbors} neighbours need more than {neighbors} images in each set, but there are only {fewest}: they are left out.");

    /// <summary>Parts of the Inception score without images.</summary>
    public void OfSplits(InceptionScore? score, int splits)
    {
        if (score is not null && score.Count < 2L * splits)
        {
            warn($"The Inception score of {score.Count} images in {splits} parts is near 1 whatever they are: use fewer parts or more images.");
        }
    }

    /// <summary>Classes without images, and classes that are never seen.</summary>
    public void OfClasses(ClassAgreementMetrics? agreement)
    {
        if (agreement is null)
        {
            return;
        }

        WarnOf(agreement.PerClass.Where(pair => double.IsNaN(pair.Value)).Select(pair => pair.Key), "have no generated image, so that their agreement is NaN");
        WarnOf(agreement.NeverPredicted, "are seen by the classifier in no generated image");
    }

    private void WarnOf(IEnumerable<string> classes, string what)
    {
        const int MaxListed = 10;
        string[] all = classes.ToArray();
        if (all.Length > 0)
        {
            string listed = string.Join(", ", all.Take(MaxListed).Select(label => $"'{label}'"));
            warn($"Of the classes, {listed}{(all.Length > MaxListed ? $", … ({all.Length} in all)" : string.Empty)} {what}.");
        }
    }
}
