using static TorchSharp.torch;

namespace Ablations;

/// <summary>Compares pictures with held-out real ones, through the features of a classifier.</summary>
internal sealed class Yardstick : IDisposable
{
    /// <summary>One training picture in so many is kept from the classifier: the floor is measured on pictures that it has not seen.</summary>
    private const int UnseenEvery = 4;

    private readonly ImageClassifier _classifier;
    private readonly Tensor _realFeatures;

    private Yardstick(ImageClassifier classifier, IReadOnlyList<Picture> real)
    {
        _classifier = classifier;
        Real = real;
        _realFeatures = classifier.Features(real);
    }

    /// <summary>The held-out pictures. Generated pictures have the same classes in the same order.</summary>
    public IReadOnlyList<Picture> Real { get; }

    /// <summary>Opens or trains the classifier.</summary>
    /// <param name="classifierPath">Where the classifier is kept.</param>
    /// <param name="training">Training pictures.</param>
    /// <param name="real">Held-out pictures.</param>
    /// <param name="size">Pixels on a side.</param>
    /// <param name="log">Is told how the training goes.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    public static (Yardstick Yardstick, Baseline Baseline) Create(
        string classifierPath, IReadOnlyList<Picture> training, IReadOnlyList<Picture> real, int size, Action<string> log, CancellationToken cancellationToken)
    {
        string[] classes = training.Select(picture => picture.Label).Distinct().ToArray();
        var seen = training.Where((_, i) => i % UnseenEvery != 0).ToList();
        var unseen = training.Where((_, i) => i % UnseenEvery == 0).ToList();
        var yardstick = new Yardstick(ImageClassifier.Open(classifierPath, seen, classes, size, log, cancellationToken), real);
        var baseline = new Baseline(
            training.Count,
            real.Count,
            yardstick.Measure(OfSameClasses(unseen, real)).Distance,
            yardstick.Measure(Noise(real)).Distance,
            yardstick.Measure(real).Agreement,
            classes);
        return (yardstick, baseline);
    }

    /// <summary>Distance to the real pictures, and the share of pictures that the classifier gives the class they have.</summary>
    public (double Distance, double Agreement) Measure(IReadOnlyList<Picture> pictures)
    {
        using var features = _classifier.Features(pictures);
        return (FrechetDistance.Between(features, _realFeatures), _classifier.Agreement(features, pictures));
    }

    public void Dispose()
    {
        _realFeatures.Dispose();
        _classifier.Dispose();
    }

    /// <summary>A picture for each wanted one, of the same class; classes that are too small give theirs again.</summary>
    private static List<Picture> OfSameClasses(IReadOnlyList<Picture> pictures, IReadOnlyList<Picture> wanted)
    {
        var byClass = pictures.GroupBy(picture => picture.Label).ToDictionary(group => group.Key, group => group.ToList());
        return wanted.GroupBy(picture => picture.Label)
            .SelectMany(group => group.Select((_, i) => byClass[group.Key][i % byClass[group.Key].Count]))
            .ToList();
    }

    private static List<Picture> Noise(IReadOnlyList<Picture> like)
    {
        var random = new Random(1);
        return like.Select(picture =>
        {
            var pixels = new byte[picture.Pixels.Length];
            random.NextBytes(pixels);
            return new Picture { Pixels = pixels, Label = picture.Label };
        }).ToList();
    }
}
