using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Data;

/// <summary>The training images, decoded to the size of the model, with their conditions.</summary>
internal sealed class ImageDataset : IDisposable
{
    private const int MaxSkippedLogged = 10;
    private const int DecodingAheadPerCore = 4;

    private readonly RecordStore _pixels;
    private readonly ConditionStore _conditions;
    private readonly List<bool> _portraits = [];
    private readonly PixelCensus _pixelCensus;

    private ImageDataset(SimpleDiffusionOptions options, ConditionDescription condition, long memoryBudget)
    {
        Size = ImageSize.Of(options);
        Pixels = PixelFormat.Of(options);
        Condition = condition;
        Conditions = new ConditionCensus(condition, options.ConditionColumnName ?? string.Empty);
        _pixelCensus = new PixelCensus(options.ImageColumnName, Pixels);

        // Each gets the share of the budget that it has of the data.
        int embeddingBytes = ConditionStore.EmbeddingBytes(condition);
        int pixelBytes = Pixels.RecordLength(Size);
        double pixelShare = pixelBytes / ((double)pixelBytes + embeddingBytes);
        _pixels = new RecordStore(pixelBytes, (long)(memoryBudget * pixelShare));
        _conditions = new ConditionStore(condition, (long)(memoryBudget * (1 - pixelShare)));
    }

    public ImageSize Size { get; }

    /// <summary>How the pixels are held.</summary>
    public PixelFormat Pixels { get; }

    /// <summary>Whether the last channel is alpha.</summary>
    public bool HasAlpha => Pixels.HasAlpha(Size);

    /// <summary>What the images are conditioned on.</summary>
    public ConditionDescription Condition { get; }

    public int Count => _pixels.Count;

    /// <summary>By what the data is known again.</summary>
    public DataDigest Digest { get; private set; } = null!;

    /// <summary>How often the images show what.</summary>
    public ConditionCensus Conditions { get; }

    /// <summary>A sentence about a range of pixels that is hardly meant, or null.</summary>
    public string? PixelWarning => _pixelCensus.Describe();

    /// <summary>Sentences about what is hardly meant in data to train and validate on.</summary>
    public IEnumerable<string> Warnings => new[] { PixelWarning, Conditions.DescribeMissing() }.OfType<string>();

    /// <summary>Images that could not be read and were left out.</summary>
    public int SkippedCount { get; private set; }

    /// <summary>Half of the memory that the process may use.</summary>
    public static long DefaultMemoryBudget => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>Reads the data once. Image files are decoded on all cores while the cursor moves on; the order is that of the rows.</summary>
    /// <param name="input">The training data.</param>
    /// <param name="options">Columns, size, and what to do with images that cannot be read.</param>
    /// <param name="condition">What the images are conditioned on, as described by <see cref="ConditionColumn"/>.</param>
    /// <param name="log">Is told which images are skipped.</param>
    /// <param name="memoryBudget">Bytes of pixels and embeddings to hold in memory; the rest goes to temporary files.</param>
    /// <param name="cancellationToken">Checked before each row.</param>
    /// <param name="name">What errors call the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">There are no images, or one cannot be read.</exception>
    public static ImageDataset Load(
        IDataView input,
        SimpleDiffusionOptions options,
        ConditionDescription condition,
        Action<string> log,
        long memoryBudget,
        CancellationToken cancellationToken,
        string name = "training data")
    {
        var dataset = new ImageDataset(options, condition, memoryBudget);
        try
        {
            dataset.Read(input, options, log, cancellationToken);
            return dataset.Count > 0 ? dataset : throw new InvalidOperationException(
                dataset.SkippedCount == 0
                    ? $"The {name} has no rows."
                    : $"None of the {dataset.SkippedCount} images of the {name} can be read.");
        }
        catch
        {
            dataset.Dispose();
            throw;
        }
    }

    /// <summary>What an image shows.</summary>
    public RowCondition ConditionOf(int index) => _conditions[index];

    /// <summary>Number of classes. As a class index it means none.</summary>
    public int ClassCount => Condition.ClassCount;

    /// <summary>Class of an image; the number of classes means none.</summary>
    public int ClassOf(int index) => ConditionOf(index).ClassIndex ?? ClassCount;

    /// <summary>Mean tokens of the texts, at least 1; null where the condition is no text.</summary>
    public int? MeanTextTokens => Condition.Kind is ConditionKind.Text or ConditionKind.Embeddings ? (int)Math.Round((double)_conditions.TextTokens / Count) : null;

    /// <summary>The first different conditions of the images, and fewer if there are fewer.</summary>
    public IReadOnlyList<RowCondition> FirstConditions(int count)
    {
        var found = new List<RowCondition>();
        for (int i = 0; i < Count && found.Count < count; i++)
        {
            var condition = ConditionOf(i);
            if (!found.Exists(known => RowCondition.AreSame(known, condition)))
            {
                found.Add(condition);
            }
        }

        return found;
    }

    /// <summary>Whether nothing shows through any of the images.</summary>
    public bool IsOpaque { get; private set; } = true;

    /// <summary>Whether an image lies on its side because it is higher than wide. Never without the portrait flag.</summary>
    public bool IsPortrait(int index) => _portraits[index];

    /// <summary>Copies an image, planar [C, H, W], in the format of <see cref="Pixels"/>.</summary>
    public void CopyPixels(int index, Span<byte> destination) => _pixels.CopyTo(index, destination);

    public void Dispose()
    {
        _pixels.Dispose();
        _conditions.Dispose();
    }

    private void Read(IDataView input, SimpleDiffusionOptions options, Action<string> log, CancellationToken cancellationToken)
    {
        var format = TargetFormat.Of(options);
        var imageColumn = ImageColumn.Find(input.Schema, "image", options.ImageColumnName, format);
        var columns = new List<DataViewSchema.Column> { imageColumn };
        DataViewSchema.Column? conditionColumn = Condition.Kind == ConditionKind.None ? null : input.Schema[options.ConditionColumnName!];
        if (conditionColumn is { } needed)
        {
            columns.Add(needed);
        }

        using var cursor = input.GetRowCursor(columns);
        var capture = ImageColumn.CreateCapture(cursor, imageColumn, format);
        var path = ImageColumn.CreatePathGetter(cursor, imageColumn);
        Func<RowCondition> conditionOf = conditionColumn is { } column
            ? ConditionColumn.CreateGetter(cursor, column, Condition, options.Network.TextEncoder)
            : () => RowCondition.None;
        using var digest = new DataDigestBuilder(Condition);
        var pending = new Queue<PendingImage>();
        int ahead = DecodingAheadPerCore * Environment.ProcessorCount;
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            pending.Enqueue(new PendingImage(cursor.Position, path(), conditionOf(), StartDecoding(capture)));
            if (pending.Count >= ahead)
            {
                Add(pending.Dequeue(), options.Training.CorruptImages, digest, log);
            }
        }

        while (pending.TryDequeue(out var image))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(image, options.Training.CorruptImages, digest, log);
        }

        Digest = digest.Finish();
        if (SkippedCount > 0)
        {
            log($"{SkippedCount} of {SkippedCount + Count} images cannot be read and are left out.");
        }

        if (_conditions.CutCount > 0)
        {
            log($"{_conditions.CutCount} of {Count} captions are longer than {options.Network.TextEncoder.MaxLength} bytes and are cut: a higher Network.TextEncoder.MaxLength would keep them whole.");
        }
    }

    private static Task<(PlanarImage Image, byte[] Digest)> StartDecoding(Func<Func<PlanarImage>> capture)
    {
        try
        {
            var decode = capture();
            return Task.Run(() =>
            {
                var image = decode();
                return (image, DataDigestBuilder.Of(image));
            });
        }
        catch (ImageFormatException e)
        {
            return Task.FromException<(PlanarImage, byte[])>(e);
        }
    }

    private void Add(PendingImage image, CorruptImageHandling handling, DataDigestBuilder digest, Action<string> log)
    {
        try
        {
            var (decoded, imageDigest) = image.Decoded.GetAwaiter().GetResult();
            _pixelCensus.Add(decoded);
            IsOpaque &= decoded.IsOpaque;
            Conditions.Add(image.Condition);
            digest.Add(imageDigest, image.Condition);
            bool isTurned = decoded.Size != Size;
            _pixels.Add(isTurned ? decoded.ToLandscape() : decoded.Pixels);
            _portraits.Add(isTurned);
            _conditions.Add(image.Condition);
        }
        catch (ImageFormatException e)
        {
            string message = $"Row {image.Row}: cannot read the image{(image.Path is null ? string.Empty : $" '{image.Path}'")}: {e.Message}.";
            if (handling == CorruptImageHandling.Fail)
            {
                throw new InvalidOperationException(message + " To leave such images out, set Training.CorruptImages to Skip.", e);
            }

            SkippedCount++;
            if (SkippedCount <= MaxSkippedLogged)
            {
                log(message);
            }
        }
    }

    private readonly record struct PendingImage(long Row, string? Path, RowCondition Condition, Task<(PlanarImage Image, byte[] Digest)> Decoded);
}
