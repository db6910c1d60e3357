using System.Numerics.Tensors;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.Transforms.Image;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>
/// The columns that the transformer adds: the generated image, and its pixels if asked for; or, of pixels of a stated range, the pixels in the image's place. Batches grow 1, 2, 4, … up to the option.
/// </summary>
internal sealed class GeneratedColumns : BatchedColumns<GenerationRequest, GeneratedColumns.GeneratedImage>
{
    private readonly ModelConfiguration _configuration;
    private readonly Func<IReadOnlyList<GenerationRequest>, byte[][]> _generate;
    private readonly RowWarnings _warnings;
    private readonly ImageSize _size;
    private readonly PixelFormat _format;

    /// <summary>Drawn once for all rows, so that whoever reads them again finds the same.</summary>
    private readonly ulong _draw = (ulong)Random.Shared.NextInt64();

    /// <param name="input">The input's columns.</param>
    /// <param name="configuration">The model's, with the sampling options in force.</param>
    /// <param name="generate">Makes images, one per request.</param>
    /// <param name="warnings">Are told of rows that hardly ask for what is meant.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that generation needs is missing or of the wrong type.</exception>
    public GeneratedColumns(
        DataViewSchema input,
        ModelConfiguration configuration,
        Func<IReadOnlyList<GenerationRequest>, byte[][]> generate,
        RowWarnings warnings)
        : base(input, builder => Add(builder, configuration.Options))
    {
        _configuration = configuration;
        _generate = generate;
        _warnings = warnings;
        _size = ImageSize.Of(configuration.Options);
        _format = PixelFormat.Of(configuration.Options);
        Required = [.. RequestReader.RequiredColumns(input, configuration)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<DataViewSchema.Column> Required { get; }

    /// <inheritdoc/>
    public override int WindowGrowth => 2;

    /// <inheritdoc/>
    public override int MaxWindowRows => _configuration.Options.Sampling.BatchSize;

    /// <summary>The columns that are added, before there is any data.</summary>
    public static IEnumerable<SchemaShape.Column> Shapes(SimpleDiffusionOptions options)
    {
        yield return PixelFormat.Of(options).IsBytes
            ? SchemaShapes.Column(options.OutputColumnName, VectorKind.Scalar, ImageType(options))
            : SchemaShapes.Column(options.OutputColumnName, VectorKind.Vector, NumberDataViewType.Single);
        if (options.OutputPixelsColumnName is string pixels)
        {
            yield return SchemaShapes.Column(pixels, VectorKind.Vector, NumberDataViewType.Single);
        }

        if (options.Sampling.OutputSeedColumnName is string seeds)
        {
            yield return SchemaShapes.Column(seeds, VectorKind.Scalar, NumberDataViewType.Int64);
        }
    }

    /// <summary>Tells ML.NET of the image column's type: it reads images into classes only if their type has been registered.</summary>
    public static void Register(SimpleDiffusionOptions options)
    {
        if (!PixelFormat.Of(options).IsBytes)
        {
            return;
        }

        var type = ImageType(options);
        var attribute = type.Height > 0 ? new ImageTypeAttribute(type.Height, type.Width) : new ImageTypeAttribute();

        // The attribute's own Register throws without a size.
        DataViewTypeManager.Register(type, typeof(MLImage), attribute);
    }

    /// <summary>Type of the image column: of no known size where a portrait column decides row by row.</summary>
    public static ImageDataViewType ImageType(SimpleDiffusionOptions options) => SizeOf(options) is ImageSize size
        ? new ImageDataViewType(size.Height, size.Width)
        : new ImageDataViewType();

    /// <inheritdoc/>
    public override Func<GenerationRequest> CreateReader(DataViewRow row) => new RequestReader(row, _configuration, _draw, _warnings).Read;

    /// <inheritdoc/>
    public override IReadOnlyList<GeneratedImage> Answer(IReadOnlyList<GenerationRequest> requests)
        => [.. _generate(requests).Zip(requests, (pixels, request) => new GeneratedImage(pixels, request.IsPortrait, request.SeedNumber))];

    /// <inheritdoc/>
    public override Delegate CreateGetter(DataViewSchema.Column column, Func<GeneratedImage> current)
        => column.Index == InputSchema.Count ? _format.IsBytes ? CreateImageGetter(current) : CreateRangeGetter(current)
            : column.Name == _configuration.Options.Sampling.OutputSeedColumnName ? (ValueGetter<long>)((ref long value) => value = current().SeedNumber)
            : CreatePixelGetter(current);

    private static void Add(DataViewSchema.Builder builder, SimpleDiffusionOptions options)
    {
        var format = PixelFormat.Of(options);
        builder.AddColumn(options.OutputColumnName, format.IsBytes ? ImageType(options) : PixelType(options), format.IsBytes ? null : RangeColumn.Annotate(format));
        if (options.OutputPixelsColumnName is string pixels)
        {
            builder.AddColumn(pixels, PixelType(options));
        }

        if (options.Sampling.OutputSeedColumnName is string seeds)
        {
            builder.AddColumn(seeds, NumberDataViewType.Int64);
        }
    }

    private static VectorDataViewType PixelType(SimpleDiffusionOptions options) => SizeOf(options) is ImageSize size
        ? new VectorDataViewType(NumberDataViewType.Single, size.Channels, size.Height, size.Width)
        : new VectorDataViewType(NumberDataViewType.Single, options.Channels, 0, 0);

    /// <summary>Size of all images, or null if it differs from row to row.</summary>
    private static ImageSize? SizeOf(SimpleDiffusionOptions options)
        => options.PortraitColumnName is not null ? null : options.Sampling.Portrait ? ImageSize.Of(options).Transposed : ImageSize.Of(options);

    // The image that a caller passes in may be one that it still shows: it is replaced, never disposed of.
    private ValueGetter<MLImage> CreateImageGetter(Func<GeneratedImage> current) => (ref MLImage value) =>
    {
        var image = current();
        value = ImageEncoder.ToMLImage(image.Pixels, image.IsPortrait ? _size.Transposed : _size);
    };

    private ValueGetter<VBuffer<float>> CreatePixelGetter(Func<GeneratedImage> current) => (ref VBuffer<float> value) =>
    {
        byte[] bytes = Alpha.Unpremultiply(current().Pixels, _size);
        var editor = VBufferEditor.Create(ref value, bytes.Length);
        TensorPrimitives.ConvertChecked<byte, float>(bytes, editor.Values);
        value = editor.Commit();
    };

    private static ValueGetter<VBuffer<float>> CreateRangeGetter(Func<GeneratedImage> current) => (ref VBuffer<float> value) =>
    {
        var pixels = PixelFormat.Floats(current().Pixels.AsSpan());
        if (float.IsNaN(TensorPrimitives.Max<float>(pixels)))
        {
            throw new InvalidOperationException("The network's numbers are not finite, so that there are no pixels of the range to give.");
        }

        var editor = VBufferEditor.Create(ref value, pixels.Length);
        pixels.CopyTo(editor.Values);
        value = editor.Commit();
    };

    /// <summary>A generated image.</summary>
    /// <param name="Pixels">Planar [C, H, W], in the format of the model's pixels.</param>
    /// <param name="IsPortrait">Whether height and width are exchanged.</param>
    /// <param name="SeedNumber">Number of its row that was drawn or given.</param>
    internal readonly record struct GeneratedImage(byte[] Pixels, bool IsPortrait, long SeedNumber);
}
