using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>
/// The real images at the size of the model, in three parts: most train the classifier, and of those it has not seen one part is the reference, to
/// which the other, held out, is compared as generated images are.
/// </summary>
internal sealed class RealImages : IDisposable
{
    /// <summary>Of so many images of a class the first is held out and the second is one of the reference.</summary>
    private const int Period = 4;

    private const int Fewest = 40;

    private readonly ImageDataset _data;
    private readonly IReadOnlyList<string> _labels;

    private RealImages(ImageDataset data, IReadOnlyList<string> labels)
    {
        _data = data;
        _labels = labels;
        var positions = PositionsInClass();
        HeldOut = Part(position => position % Period == 0);
        Reference = Part(position => position % Period == 1);
        Classifier = Part(position => position % Period > 1);
        Classes = Enumerable.Range(0, data.Count).Select(data.ClassOf).Distinct().Where(index => index < labels.Count).Order().Select(index => labels[index]).ToList();

        List<int> Part(Func<int, bool> belongs) => Enumerable.Range(0, data.Count).Where(i => belongs(positions[i])).ToList();
    }

    public int Count => _data.Count;

    /// <summary>Images that could not be read and were left out.</summary>
    public int SkippedCount => _data.SkippedCount;

    public ImageSize Size => _data.Size;

    /// <summary>Indices of the images that the classifier is trained on.</summary>
    public IReadOnlyList<int> Classifier { get; }

    /// <summary>Indices of the images that others are compared with.</summary>
    public IReadOnlyList<int> Reference { get; }

    /// <summary>Indices of the images that show what real images reach.</summary>
    public IReadOnlyList<int> HeldOut { get; }

    /// <summary>Classes of which there are images, in the order of the model's.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>A sentence about a range of pixels that is hardly meant, or null.</summary>
    public string? PixelWarning => _data.PixelWarning;

    /// <summary>Reads all images.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">There are too few images, one cannot be read, or it is of a class that the model does not know.</exception>
    public static RealImages Load(IDataView data, SimpleDiffusionOptions options, ConditionDescription condition, CancellationToken cancellationToken)
    {
        if (condition.Kind == ConditionKind.Class)
        {
            _ = ConditionColumn.FindForGeneration(data.Schema, ConditionColumn.Role, options.ConditionColumnName!, condition);
        }

        // Only classes are of use here: whatever else a model is conditioned on is not read.
        var classes = condition.Kind == ConditionKind.Class ? condition : ConditionDescription.None;
        var images = ImageDataset.Load(data, options, classes, log: _ => { }, ImageDataset.DefaultMemoryBudget, cancellationToken);
        if (images.Count < Fewest)
        {
            int count = images.Count;
            images.Dispose();
            throw new InvalidOperationException($"There are {count} pictures, but a report needs {Fewest} or more real ones to compare with.");
        }

        return new RealImages(images, classes.ClassLabels);
    }

    /// <summary>Class of an image; empty for none.</summary>
    public string LabelOf(int index) => _data.ClassOf(index) is var label && label < _labels.Count ? _labels[label] : string.Empty;

    /// <summary>Planar [C, H, W], 0 to 255, as pixel vectors are: colours beside alpha are straight.</summary>
    public byte[] PixelsOf(int index)
    {
        var pixels = new byte[Size.Length];
        _data.CopyPixels(index, pixels);
        return Alpha.Unpremultiply(pixels, Size);
    }

    /// <summary>Some of the images as rows; pixels are read as the rows are.</summary>
    public IEnumerable<ImageRow> Rows(IEnumerable<int> indices) => indices.Select(index => new ImageRow { Pixels = PixelsOf(index), Label = LabelOf(index) });

    public void Dispose() => _data.Dispose();

    /// <summary>For each image how many of its class come before it.</summary>
    private List<int> PositionsInClass()
    {
        var counts = new Dictionary<int, int>();
        var positions = new List<int>(Count);
        for (int i = 0; i < Count; i++)
        {
            int label = _data.ClassOf(i);
            int position = counts.GetValueOrDefault(label);
            counts[label] = position + 1;
            positions.Add(position);
        }

        return positions;
    }
}
