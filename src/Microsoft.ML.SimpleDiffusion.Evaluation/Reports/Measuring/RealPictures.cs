using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>
/// The real pictures at the size of the model, in three parts: most train the classifier, and of those it has not seen one part is the reference, to
/// which the other, held out, is compared as generated pictures are.
/// </summary>
internal sealed class RealPictures : IDisposable
{
    /// <summary>Of so many pictures of a class the first is held out and the second is one of the reference.</summary>
    private const int Period = 4;

    private const int Fewest = 40;

    private readonly ImageDataset _data;
    private readonly IReadOnlyList<string> _labels;

    private RealPictures(ImageDataset data, IReadOnlyList<string> labels)
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

    /// <summary>Indices of the pictures that the classifier is trained on.</summary>
    public IReadOnlyList<int> Classifier { get; }

    /// <summary>Indices of the pictures that others are compared with.</summary>
    public IReadOnlyList<int> Reference { get; }

    /// <summary>Indices of the pictures that show what real pictures reach.</summary>
    public IReadOnlyList<int> HeldOut { get; }

    /// <summary>Classes of which there are pictures, in the order of the model's.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Reads all pictures.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">There are too few pictures, one cannot be read, or it is of a class that the model does not know.</exception>
    public static RealPictures Load(IDataView data, SimpleDiffusionOptions options, ConditionDescription condition, CancellationToken cancellationToken)
    {
        if (condition.Kind == ConditionKind.Class)
        {
            _ = ConditionColumn.FindForGeneration(data.Schema, ConditionColumn.Role, options.ConditionColumnName!, condition);
        }

        // Only classes are of use here: whatever else a model is conditioned on is not read.
        var classes = condition.Kind == ConditionKind.Class ? condition : ConditionDescription.None;
        var pictures = ImageDataset.Load(data, options, classes, log: _ => { }, ImageDataset.DefaultMemoryBudget, cancellationToken);
        if (pictures.Count < Fewest)
        {
            int count = pictures.Count;
            pictures.Dispose();
            throw new InvalidOperationException($"There are {count} pictures, but a report needs {Fewest} or more real ones to compare with.");
        }

        return new RealPictures(pictures, classes.ClassLabels);
    }

    /// <summary>Class of a picture; empty for none.</summary>
    public string LabelOf(int index) => _data.ClassOf(index) is var label && label < _labels.Count ? _labels[label] : string.Empty;

    /// <summary>Planar [C, H, W], 0 to 255.</summary>
    public byte[] PixelsOf(int index)
    {
        var pixels = new byte[Size.Length];
        _data.CopyPixels(index, pixels);
        return pixels;
    }

    /// <summary>Some of the pictures as rows; pixels are read as the rows are.</summary>
    public IEnumerable<PictureRow> Rows(IEnumerable<int> indices) => indices.Select(index => new PictureRow { Pixels = PixelsOf(index), Label = LabelOf(index) });

    public void Dispose() => _data.Dispose();

    /// <summary>For each picture how many of its class come before it.</summary>
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
