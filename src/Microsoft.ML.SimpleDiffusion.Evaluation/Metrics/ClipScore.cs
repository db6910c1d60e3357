using System.Numerics.Tensors;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>Mean of 100 · max(cosine, 0) between the features of images and of their texts. Hessel et al. 2021 have the factor 2.5.</summary>
/// <param name="images">Features of the images.</param>
/// <param name="texts">Features of the texts.</param>
internal sealed class ClipScore(FeatureColumn images, FeatureColumn texts) : IRowConsumer
{
    private const double Factor = 100;

    private double _sum;
    private long _count;

    public IReadOnlyList<DataViewSchema.Column> Columns => [images.Column, texts.Column];

    public double Mean => Factor * _sum / _count;

    public Action Open(DataViewRow row)
    {
        Action<double[]> readImage = images.CreateReader(row), readText = texts.CreateReader(row);
        double[] image = new double[images.Dimension], text = new double[texts.Dimension];
        return () =>
        {
            readImage(image);
            readText(text);

            // Features that are all zero have no direction.
            double cosine = TensorPrimitives.CosineSimilarity<double>(image, text);
            _sum += cosine > 0 ? cosine : 0;
            _count++;
        };
    }

    public void Complete()
    {
    }
}
