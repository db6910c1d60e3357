using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Data;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>Trains the classifier of a classifier distance, and measures its floor and ceiling on images that it has not seen.</summary>
internal static class ClassifierDistanceTraining
{
    /// <summary>Images of a class that there must be: two to train on, and one of each of the other parts.</summary>
    private const int FewestOfAClass = 4;

    /// <param name="environment">The environment.</param>
    /// <param name="training">Labelled images.</param>
    /// <param name="heldOut">The real images to compare with, or null to set some of the others aside.</param>
    /// <param name="options">Settings.</param>
    public static ClassifierDistanceMetric Run(IHostEnvironment environment, IDataView training, IDataView? heldOut, ClassifierDistanceOptions options)
    {
        options.Validate();
        options = options.Clone();
        var estimator = new SmallImageClassifierEstimator(environment, options.ToClassifierOptions());
        var classes = LabelledImages.Classes(training, options.LabelColumnName);
        using var data = Load(environment, training, classes, options);
        using var heldOutData = heldOut is null ? null : Load(environment, heldOut, classes, options);
        var parts = Split(data, classes, setsRealAside: heldOutData is null);
        var real = heldOutData is null ? parts.Real : ImageSelection.All(heldOutData);
        var classifier = estimator.Fit(parts.Seen, classes.ClassLabels);
        try
        {
            return Measure(environment, options, classifier, real, OfSameClasses(parts.Unseen, real));
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    private static ImageDataset Load(IHostEnvironment environment, IDataView view, ConditionDescription classes, ClassifierDistanceOptions options) => LabelledImages.Load(
        environment, view, options.ImageColumnName, options.LabelColumnName, options.ImageSize, options.Channels, classes, options.CancellationToken);

    private static ClassifierDistanceMetric Measure(
        IHostEnvironment environment, ClassifierDistanceOptions options, SmallImageClassifierTransformer classifier, ImageSelection real, ImageSelection unseen)
    {
        var (realStatistics, agreement) = ClassifiedImages.Of(classifier, real, options.CancellationToken);
        try
        {
            using var unseenStatistics = ClassifiedImages.Of(classifier, unseen, options.CancellationToken).Statistics;
            using var noiseStatistics = ClassifiedImages.OfNoise(classifier, real.Count, options.Seed, options.CancellationToken);
            return new ClassifierDistanceMetric(environment, options, classifier, realStatistics)
            {
                Floor = unseenStatistics.FrechetDistance(realStatistics),
                Ceiling = noiseStatistics.FrechetDistance(realStatistics),
                RealAgreement = agreement.Overall,
            };
        }
        catch
        {
            realStatistics.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Of each class one image in four is kept from the classifier, for the floor; where there are no others to compare with, one in four more.
    /// </summary>
    private static (ImageSelection Seen, ImageSelection Unseen, ImageSelection Real) Split(ImageDataset data, ConditionDescription classes, bool setsRealAside)
    {
        var counts = new int[classes.ClassCount + 1];
        var (seen, unseen, real) = (new List<int>(), new List<int>(), new List<int>());
        for (int i = 0; i < data.Count; i++)
        {
            int rank = counts[data.ClassOf(i)]++;
            var part = (rank % FewestOfAClass) switch
            {
                1 => unseen,
                3 when setsRealAside => real,
                _ => seen,
            };
            part.Add(i);
        }

        for (int i = 0; i < classes.ClassCount; i++)
        {
            if (counts[i] is > 0 and < FewestOfAClass)
            {
                throw new InvalidOperationException(
                    $"The class '{classes.ClassLabels[i]}' has {counts[i]} images, but the classifier distance needs {FewestOfAClass} or more of each class.");
            }
        }

        var all = ImageSelection.All(data);
        return (all.At(seen), all.At(unseen), all.At(real));
    }

    /// <summary>An image for each wanted one, of the same class; classes that are too small give theirs again.</summary>
    private static ImageSelection OfSameClasses(ImageSelection images, ImageSelection wanted)
    {
        var byClass = Enumerable.Range(0, images.Count).ToLookup(images.ClassOf);
        var ofEach = byClass.ToDictionary(group => group.Key, group => group.ToArray());
        var taken = new int[wanted.ClassCount + 1];
        return images.At(Enumerable.Range(0, wanted.Count).Where(i => ofEach.ContainsKey(wanted.ClassOf(i))).Select(i =>
        {
            int[] candidates = ofEach[wanted.ClassOf(i)];
            return candidates[taken[wanted.ClassOf(i)]++ % candidates.Length];
        }));
    }
}
