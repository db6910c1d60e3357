using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>What the classifier makes of images.</summary>
/// <param name="Statistics">Of their features. The holder's to dispose of.</param>
/// <param name="Agreement">How often their class is recognised.</param>
internal sealed record ClassifiedImages(FeatureStatistics Statistics, ClassAgreement Agreement)
{
    /// <summary>Classifies images.</summary>
    public static ClassifiedImages Of(SmallImageClassifierTransformer classifier, ImageSelection images, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var (features, scores) = classifier.Classifier.Use(network => network.Classify(images.Count, images.CopyPixels, classifier.Configuration.BatchSize, cancellationToken));
        long[] predicted = scores.argmax(1).data<long>().ToArray();
        var agreement = new ClassAgreement(classifier.Classes.Count);
        for (int i = 0; i < predicted.Length; i++)
        {
            agreement.Add(images.ClassOf(i), (int)predicted[i]);
        }

        return new ClassifiedImages(StatisticsOf(features), agreement);
    }

    /// <summary>Statistics of the features of noise.</summary>
    public static FeatureStatistics OfNoise(SmallImageClassifierTransformer classifier, int count, int seed, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        using var scope = NewDisposeScope();
        var (features, _) = classifier.Classifier.Use(network => network.Classify(count, (_, pixels) => random.NextBytes(pixels), classifier.Configuration.BatchSize, cancellationToken));
        return StatisticsOf(features);
    }

    private static FeatureStatistics StatisticsOf(Tensor features)
    {
        var statistics = new FeatureStatistics((int)features.shape[1]);
        statistics.Add(features);
        return statistics;
    }
}
