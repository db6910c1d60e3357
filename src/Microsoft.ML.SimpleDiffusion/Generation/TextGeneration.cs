using Microsoft.ML.SimpleDiffusion.Data.Columns;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>Generates what labels or captions ask for, without a data view.</summary>
internal static class TextGeneration
{
    /// <summary>One image as a PNG file.</summary>
    /// <param name="configuration">The model's, with the sampling options in force.</param>
    /// <param name="condition">Label or caption, or null.</param>
    /// <param name="seed">Taken for that of the sampling options.</param>
    /// <param name="generate">Makes the image.</param>
    /// <param name="warnings">Are told of a caption that is cut.</param>
    public static byte[] Image(
        ModelConfiguration configuration, string? condition, int seed, Func<IReadOnlyList<GenerationRequest>, byte[][]> generate, RowWarnings warnings)
    {
        CheckNeedsNoData(configuration);
        bool isPortrait = configuration.Options.Sampling.Portrait;
        var size = ImageSize.Of(configuration.Options);
        var request = GenerationGrid.Request(Read(configuration, condition, nameof(condition), warnings), isPortrait, seed, index: 0);
        size = isPortrait ? size.Transposed : size;
        var format = PixelFormat.Of(configuration.Options);
        return ImageEncoder.ToPng(format.ToPicture(generate([request])[0], size), format.PictureSize(size));
    }

    /// <summary>What to generate in a grid.</summary>
    /// <param name="configuration">The model's, with the sampling options in force.</param>
    /// <param name="conditions">Labels or captions of the rows, or null for all that is known.</param>
    /// <param name="columns">Images in a row.</param>
    /// <param name="rows">Rows, or null for one per condition.</param>
    /// <param name="seed">Taken for that of the sampling options; null for theirs, or a drawn one where they draw.</param>
    /// <param name="warnings">Are told of captions that are cut.</param>
    public static GenerationGrid Grid(ModelConfiguration configuration, IReadOnlyList<string?>? conditions, int columns, int? rows, int? seed, RowWarnings warnings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows ?? 1, 1, nameof(rows));
        CheckNeedsNoData(configuration);
        if (conditions is { Count: 0 })
        {
            throw new ArgumentOutOfRangeException(nameof(conditions), "There are no conditions: null stands for all that the model knows.");
        }

        conditions ??= configuration.Condition.ClassLabels;
        RowCondition[] known = conditions.Count == 0 ? new RowCondition[rows ?? GenerationGrid.UnconditionalRows] : [.. conditions.Select(text => Read(configuration, text, nameof(conditions), warnings))];
        int count = rows ?? known.Length;
        var size = ImageSize.Of(configuration.Options);
        var sampling = configuration.Options.Sampling;
        return ImageGrid.Fits(size, count, columns)
            ? new GenerationGrid([.. Enumerable.Range(0, count).Select(row => known[row % known.Length])], columns, configuration.Options, seed ?? (sampling.FreshSeeds ? Random.Shared.Next() : sampling.Seed))
            : throw new ArgumentOutOfRangeException(nameof(columns), columns, $"A grid of {count} rows and {columns} columns of {size.Width}x{size.Height} images is too large to draw.");
    }

    /// <summary>Generates a grid and writes it as a PNG file. Its folder is created if needed, before the work.</summary>
    public static void WriteGrid(string path, GenerationGrid grid, Func<IReadOnlyList<GenerationRequest>, byte[][]> generate)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        byte[] png = grid.ToPng(generate);
        Files.Write(path, stream => stream.Write(png));
    }

    private static RowCondition Read(ModelConfiguration configuration, string? text, string parameter, RowWarnings warnings)
    {
        var condition = configuration.Condition;
        if (string.IsNullOrEmpty(text))
        {
            return RowCondition.None;
        }

        switch (condition.Kind)
        {
            case ConditionKind.Class:
                return ClassLabels.Places(condition.ClassLabels).TryGetValue(text, out int index)
                    ? RowCondition.OfClass(index)
                    : throw new ArgumentException($"The class '{text}' was not in the training data. {ClassColumn.Known(condition)}", parameter);
            case ConditionKind.Text:
                int limit = configuration.Options.Network.TextEncoder.MaxLength;
                byte[] bytes = CaptionBytes.Of(text, limit, out bool isCut);
                if (isCut)
                {
                    warnings.TellCut("The caption", CaptionBytes.Limit(limit), () => CaptionBytes.CountCharacters(bytes));
                }

                return RowCondition.OfText(bytes, isCut);
            case ConditionKind.Embeddings:
                throw new InvalidOperationException("The model reads embeddings, which cannot be made from a text here: use Transform, after what made them in training.");
            default:
                throw new ArgumentException("The model is unconditional: it takes no label or caption.", parameter);
        }
    }

    private static void CheckNeedsNoData(ModelConfiguration configuration)
    {
        if (configuration.Options.InputImageColumnName is string column)
        {
            throw new InvalidOperationException($"The transformer starts from the images of column '{column}': use Transform.");
        }
    }
}
