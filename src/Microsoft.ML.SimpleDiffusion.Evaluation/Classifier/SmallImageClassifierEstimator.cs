using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Model;

namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>
/// Trains a small convolutional network on labelled images. Its features tell how far generated images are from real ones where no better network is
/// at hand; they are not those of an Inception network, and a distance between them is no FID.
/// </summary>
public sealed class SmallImageClassifierEstimator : IEstimator<SmallImageClassifierTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly SmallImageClassifierOptions _options;

    internal SmallImageClassifierEstimator(IHostEnvironment environment, SmallImageClassifierOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _environment = environment;
        _options = options.Clone();
    }

    /// <summary>Trains the classifier.</summary>
    /// <param name="input">Labelled images. Read once; twice where the labels are text.</param>
    /// <returns>A transformer that adds features, scores and the predicted class. Dispose of it to free its weights.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type.</exception>
    /// <exception cref="InvalidOperationException">There are no images, one cannot be read or has no class, or there are fewer than two classes.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public SmallImageClassifierTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = GetOutputSchema(SchemaShapes.Of(input.Schema));
        var classes = LabelledImages.Classes(input, _options.LabelColumnName);
        using var data = LabelledImages.Load(
            _environment, input, _options.ImageColumnName, _options.LabelColumnName, _options.ImageSize, _options.Channels, classes, _options.CancellationToken);
        return Fit(ImageSelection.All(data), classes.ClassLabels);
    }

    /// <summary>The input's columns and those that the transformer adds.</summary>
    /// <param name="inputSchema">Columns of the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that training needs is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return ClassifierColumns.Shape(inputSchema, _options);
    }

    /// <summary>Trains on images that are in memory already.</summary>
    internal SmallImageClassifierTransformer Fit(ImageSelection images, IReadOnlyList<string> classes)
    {
        RequireClasses(images);
        var target = ComputeTarget.Resolve(_options.Compute);
        var network = new ClassifierNetwork(_options.Channels, _options.ImageSize, classes.Count, target.Device);
        try
        {
            network.Initialize(_options.Seed);
            using var log = new LogChannel(_environment, "Training");
            new ClassifierTraining(network, images, _options).Run(log.Info, _options.CancellationToken);
        }
        catch
        {
            network.Dispose();
            throw;
        }

        return new SmallImageClassifierTransformer(_environment, ClassifierConfiguration.Create(_options, classes), new Shared<ClassifierNetwork>(network, nameof(SmallImageClassifierTransformer)));
    }

    private static void RequireClasses(ImageSelection images)
    {
        for (int i = 0; i < images.Count; i++)
        {
            if (images.ClassOf(i) == images.ClassCount)
            {
                throw new InvalidOperationException("An image to train the classifier on has no class. Leave such images out.");
            }
        }
    }
}
