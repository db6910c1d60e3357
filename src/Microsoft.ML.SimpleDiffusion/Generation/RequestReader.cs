using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Randomness;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>Reads from a row what to generate: condition, seed, format, and the image and the mask to start from.</summary>
internal sealed class RequestReader
{
    /// <summary>Leaves 53 bits, which survive JSON and a double.</summary>
    private const int NumberShift = 11;

    private readonly Func<RowCondition> _conditionOf;
    private readonly Func<RowCondition> _negativeOf;
    private readonly Func<RowSeed> _seedOf;
    private readonly Func<bool> _isPortrait;
    private readonly InputImageReader? _image;
    private readonly InputImageReader? _mask;

    /// <param name="row">A row in which the required columns are active.</param>
    /// <param name="configuration">The model's, with the sampling options in force.</param>
    /// <param name="draw">What the numbers of rows are drawn from, if they are.</param>
    /// <param name="warnings">Are told of rows that hardly ask for what is meant.</param>
    public RequestReader(DataViewRow row, ModelConfiguration configuration, ulong draw, RowWarnings warnings)
    {
        var options = configuration.Options;
        var size = ImageSize.Of(options);
        _conditionOf = CreateConditionGetter(row, configuration.Condition.Kind == ConditionKind.None ? null : options.ConditionColumnName, configuration, warnings, warnings);
        _negativeOf = CreateConditionGetter(row, options.NegativePromptColumnName, configuration, missing: null, warnings);
        _seedOf = CreateSeedGetter(row, options, draw);
        _isPortrait = CreatePortraitGetter(row, options);
        _image = options.InputImageColumnName is string image ? new InputImageReader(row, row.Schema[image], size, PixelFormat.Of(options), warnings) : null;
        _mask = options.MaskColumnName is string mask ? new InputImageReader(row, row.Schema[mask], size with { Channels = 1 }, PixelFormat.Bytes, warnings) : null;
    }

    /// <summary>The input columns that generation needs, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public static IEnumerable<DataViewSchema.Column> RequiredColumns(DataViewSchema schema, ModelConfiguration configuration)
    {
        var options = configuration.Options;
        var columns = new List<DataViewSchema.Column>();
        if (configuration.Condition.Kind != ConditionKind.None)
        {
            columns.Add(ConditionColumn.FindForGeneration(schema, ConditionColumn.Role, options.ConditionColumnName!, configuration.Condition));
        }

        if (options.NegativePromptColumnName is string negative)
        {
            columns.Add(ConditionColumn.FindForGeneration(schema, ConditionColumn.NegativeRole, negative, configuration.Condition));
        }

        if (options.SeedColumnName is string seed)
        {
            columns.Add(SeedColumn.Find(schema, seed));
        }

        if (options.PortraitColumnName is string portrait)
        {
            columns.Add(FindPortraitColumn(schema, portrait));
        }

        if (options.InputImageColumnName is string image)
        {
            columns.Add(ImageColumn.Find(schema, "input image", image, TargetFormat.Of(options)));
        }

        if (options.MaskColumnName is string mask)
        {
            columns.Add(ImageColumn.Find(schema, "mask", mask, channels: 1));
        }

        return columns;
    }

    /// <summary>What the current row asks for.</summary>
    /// <exception cref="InvalidOperationException">The row's class was not in the training data, or its embeddings, image or mask cannot be read.</exception>
    public GenerationRequest Read()
    {
        bool isPortrait = _isPortrait();
        var seed = _seedOf();
        return new GenerationRequest(_conditionOf(), seed.Seed)
        {
            SeedNumber = seed.Number,
            Negative = _negativeOf(),
            IsPortrait = isPortrait,
            Image = _image?.Read(isPortrait),
            Mask = _mask?.Read(isPortrait),
        };
    }

    private static Func<RowCondition> CreateConditionGetter(
        DataViewRow row, string? column, ModelConfiguration configuration, RowWarnings? missing, RowWarnings warnings)
    {
        if (column is null)
        {
            return () => RowCondition.None;
        }

        var text = configuration.Options.Network.TextEncoder;
        var getter = ConditionColumn.CreateGetter(row, row.Schema[column], configuration.Condition, text, missing);
        return () =>
        {
            var condition = getter();
            if (condition.IsCut)
            {
                warnings.TellCut($"The text in row {row.Position} of column '{column}'", CaptionBytes.Limit(text.MaxLength), () => CaptionBytes.CountCharacters(condition.Text!));
            }

            return condition;
        };
    }

    private static DataViewSchema.Column FindPortraitColumn(DataViewSchema schema, string name)
    {
        var column = schema.GetColumnOrNull(name) ?? throw ColumnErrors.Missing("portrait", name);
        return column.Type is BooleanDataViewType ? column : throw ColumnErrors.Mismatch("portrait", name, "Boolean", column.Type.ToString()!);
    }

    private static Func<bool> CreatePortraitGetter(DataViewRow row, SimpleDiffusionOptions options)
    {
        bool always = options.Sampling.Portrait;
        if (options.PortraitColumnName is not string name)
        {
            return () => always;
        }

        var getter = row.GetGetter<bool>(row.Schema[name]);
        return () =>
        {
            bool value = false;
            getter(ref value);
            return value;
        };
    }

    private static Func<RowSeed> CreateSeedGetter(DataViewRow row, SimpleDiffusionOptions options, ulong draw)
    {
        ulong seed = (uint)options.Sampling.Seed;
        if (options.SeedColumnName is string name)
        {
            var value = WholeNumbers.CreateGetter(row, row.Schema[name]);
            return () => OfNumber(value());
        }

        var idGetter = row.GetIdGetter();
        bool isFresh = options.Sampling.FreshSeeds;
        return () =>
        {
            DataViewRowId id = default;
            idGetter(ref id);
            return isFresh
                ? OfNumber(StatelessRandom.Bits(draw, RandomPurpose.FreshSeed, id.Low, id.High) >> NumberShift)
                : new RowSeed(StatelessRandom.Bits(seed, RandomPurpose.RowSeed, id.Low, id.High), 0);
        };

        RowSeed OfNumber(ulong number) => new(StatelessRandom.Bits(seed, RandomPurpose.RowSeed, number, 0), (long)number);
    }

    /// <param name="Seed">Seed of the row.</param>
    /// <param name="Number">Number that gives it in a seed column.</param>
    private readonly record struct RowSeed(ulong Seed, long Number);
}

/// <summary>Reads the images or masks of a column to the size and the position in which the model holds its images.</summary>
/// <param name="row">The row to read from.</param>
/// <param name="column">A checked column.</param>
/// <param name="size">The model's size, with 1 channel for masks.</param>
/// <param name="format">How the pixels are held: bytes for masks.</param>
/// <param name="warnings">Are told of pixels of another range.</param>
internal sealed class InputImageReader(DataViewRow row, DataViewSchema.Column column, ImageSize size, PixelFormat format, RowWarnings warnings)
{
    private readonly Func<Func<PlanarImage>> _landscape = ImageColumn.CreateCapture(row, column, new TargetFormat(size, AllowsPortrait: false) { Pixels = format });
    private readonly Func<Func<PlanarImage>> _portrait = ImageColumn.CreateCapture(row, column, new TargetFormat(size.Transposed, AllowsPortrait: false) { Pixels = format });

    /// <summary>The current row's image, planar [C, H, W].</summary>
    /// <param name="isPortrait">Whether a portrait is asked for: the image is cropped to that format and laid on its side.</param>
    /// <exception cref="InvalidOperationException">It cannot be read.</exception>
    public byte[] Read(bool isPortrait)
    {
        try
        {
            var image = isPortrait ? _portrait()() : _landscape()();
            if (format.IsBytes && (image.Vector is { IsFaint: true } || (size.Channels == 1 && image.Pixels.Max() == 1)))
            {
                warnings.Tell(
                    RowWarning.PixelRange,
                    () => $"Row {row.Position} of column '{column.Name}' has no pixel above 1, but pixels are read as 0 (black) to 255 (white): multiply values of 0 to 1 by 255.");
            }

            return isPortrait ? image.ToLandscape() : image.Pixels;
        }
        catch (ImageFormatException e)
        {
            throw new InvalidOperationException($"Row {row.Position} of column '{column.Name}': cannot read the image: {e.Message}.", e);
        }
    }
}

/// <summary>One image to generate. The image depends on this, the model and the sampling options, and on nothing else.</summary>
/// <param name="Condition">What it is to show.</param>
/// <param name="Seed">Seed of the row.</param>
internal readonly record struct GenerationRequest(RowCondition Condition, ulong Seed)
{
    /// <summary>Mask values from this one up are generated.</summary>
    public const byte GeneratedFrom = 128;

    /// <summary>Number of the row that was drawn or given in a seed column.</summary>
    public long SeedNumber { get; init; }

    /// <summary>What guidance leads away from. None in particular, as a rule.</summary>
    public RowCondition Negative { get; init; }

    /// <summary>Whether a portrait is asked for: height and width exchanged.</summary>
    public bool IsPortrait { get; init; }

    /// <summary>Image to start from, as the model holds it: planar [C, H, W], 0 to 255 or as the format of the model's pixels is, a portrait on its side. Null for plain generation.</summary>
    public byte[]? Image { get; init; }

    /// <summary>Mask [H, W] as the model holds it: pixels below 128 keep the image. Null to generate them all.</summary>
    public byte[]? Mask { get; init; }

    /// <summary>The answer to the request: what the mask keeps is as it was, to the bit, and a portrait upright.</summary>
    /// <param name="generated">The generated image, as the model holds it. Not to be used afterwards.</param>
    /// <param name="size">C, H and W of the model's images.</param>
    /// <param name="format">How the pixels are held.</param>
    public byte[] Answer(byte[] generated, ImageSize size, PixelFormat format)
    {
        Keep(generated, format);
        return IsPortrait ? QuarterTurn.Counterclockwise(generated, size, format) : generated;
    }

    /// <summary>Numbers of a range are rounded on their way to -1 .. 1 and back; those that the mask keeps are put back.</summary>
    private void Keep(byte[] generated, PixelFormat format)
    {
        if (Mask is byte[] mask)
        {
            int length = format.ValueLength;
            for (int i = 0; i < generated.Length / length; i++)
            {
                if (mask[i % mask.Length] < GeneratedFrom)
                {
                    Image.AsSpan(i * length, length).CopyTo(generated.AsSpan(i * length));
                }
            }
        }
    }
}
