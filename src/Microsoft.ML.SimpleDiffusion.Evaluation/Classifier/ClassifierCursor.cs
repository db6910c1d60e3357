using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Generation.Views;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>Classifies the images of a window of rows as one batch when the first is asked for. Batches grow 1, 2, 4, … up to the option.</summary>
internal sealed class ClassifierCursor : ReadAheadCursor
{
    private const int Growth = 2;

    private readonly DataViewRowCursor _input;
    private readonly ClassifierColumns _columns;
    private readonly SharedClassifier _classifier;
    private readonly Func<Func<PlanarImage>> _capture;
    private readonly List<Func<PlanarImage>> _images = [];
    private (float[] Features, float[] Scores)[]? _classified;

    /// <param name="input">Cursor over the input; the cursor's to dispose of.</param>
    /// <param name="passedThrough">Input columns that the caller needs.</param>
    /// <param name="imageColumn">The image column.</param>
    /// <param name="columns">Our columns.</param>
    /// <param name="configuration">The classifier's.</param>
    /// <param name="classifier">The classifier.</param>
    public ClassifierCursor(
        DataViewRowCursor input,
        IEnumerable<DataViewSchema.Column> passedThrough,
        DataViewSchema.Column imageColumn,
        ClassifierColumns columns,
        ClassifierConfiguration configuration,
        SharedClassifier classifier)
        : base(input, passedThrough, Growth, configuration.BatchSize)
    {
        _input = input;
        _columns = columns;
        _classifier = classifier;
        var size = new ImageSize(configuration.Channels, configuration.ImageSize, configuration.ImageSize);
        _capture = ImageColumn.CreateCapture(input, imageColumn, new TargetFormat(size, AllowsPortrait: false));
    }

    /// <inheritdoc/>
    public override DataViewSchema Schema => _columns.Schema;

    /// <inheritdoc/>
    protected override bool IsOurs(DataViewSchema.Column column) => _columns.Contains(column);

    /// <inheritdoc/>
    protected override Delegate CreateGetter(DataViewSchema.Column column) => _columns.CreateGetter(column, Current);

    /// <inheritdoc/>
    protected override void Take() => _images.Add(Read(_capture, _input.Position));

    /// <inheritdoc/>
    protected override void Forget()
    {
        _classified = null;
        _images.Clear();
    }

    private (float[] Features, float[] Scores) Current()
    {
        int row = CurrentRow();
        return (_classified ??= Classify())[row];
    }

    private (float[] Features, float[] Scores)[] Classify()
    {
        var pixels = _images.AsParallel().AsOrdered().Select(image => image().Pixels).ToList();
        var (features, scores) = _classifier.Classify(pixels.Count, (i, to) => pixels[i].CopyTo(to), pixels.Count, CancellationToken.None);
        using (features)
        using (scores)
        {
            float[][] featureRows = Rows(features), scoreRows = Rows(scores);
            return [.. featureRows.Zip(scoreRows)];
        }
    }

    private static float[][] Rows(TorchSharp.torch.Tensor matrix)
        => matrix.data<float>().ToArray().Chunk((int)matrix.shape[1]).ToArray();

    /// <summary>Captures a row's image; what cannot be read is told with its row.</summary>
    private static Func<PlanarImage> Read(Func<Func<PlanarImage>> capture, long row)
    {
        var decode = Guard(capture);
        return () => Guard(decode);

        T Guard<T>(Func<T> action)
        {
            try
            {
                return action();
            }
            catch (ImageFormatException e)
            {
                throw new InvalidOperationException($"Row {row}: cannot read the image: {e.Message}.", e);
            }
        }
    }
}
