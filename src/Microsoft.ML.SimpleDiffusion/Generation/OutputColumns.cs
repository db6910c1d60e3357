using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>The columns that the transformer adds: the image, and its pixels if asked for.</summary>
internal sealed class OutputColumns
{
    private readonly ImageSize _size;
    private readonly int _firstIndex;
    private readonly int _count;

    public OutputColumns(DataViewSchema input, SimpleDiffusionOptions options)
    {
        _size = ImageSize.Of(options);
        _firstIndex = input.Count;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(options.OutputColumnName, ImageType(options));
        if (options.OutputPixelsColumnName is string pixels)
        {
            builder.AddColumn(pixels, PixelType(options));
        }

        Schema = builder.ToSchema();
        _count = Schema.Count - input.Count;
    }

    /// <summary>The input's columns, then ours.</summary>
    public DataViewSchema Schema { get; }

    /// <summary>Type of the image column: of no known size where a portrait column decides row by row.</summary>
    public static ImageDataViewType ImageType(SimpleDiffusionOptions options) => SizeOf(options) is ImageSize size
        ? new ImageDataViewType(size.Height, size.Width)
        : new ImageDataViewType();

    public bool Contains(DataViewSchema.Column column) => column.Index >= _firstIndex && column.Index < _firstIndex + _count;

    /// <summary>A getter for one of our columns.</summary>
    /// <param name="column">The column.</param>
    /// <param name="image">Gives the current row's image: its pixels, planar [C, H, W], and whether it is a portrait.</param>
    public Delegate CreateGetter(DataViewSchema.Column column, Func<(byte[] Pixels, bool IsPortrait)> image)
        => column.Index == _firstIndex ? CreateImageGetter(image) : CreatePixelGetter(image);

    private static VectorDataViewType PixelType(SimpleDiffusionOptions options) => SizeOf(options) is ImageSize size
        ? new VectorDataViewType(NumberDataViewType.Single, size.Channels, size.Height, size.Width)
        : new VectorDataViewType(NumberDataViewType.Single, options.Channels, 0, 0);

    /// <summary>Size of all images, or null if it differs from row to row.</summary>
    private static ImageSize? SizeOf(SimpleDiffusionOptions options)
        => options.PortraitColumnName is not null ? null : options.Sampling.Portrait ? ImageSize.Of(options).Transposed : ImageSize.Of(options);

    // The image that a caller passes in may be one that it still shows: it is replaced, never disposed of.
    private ValueGetter<MLImage> CreateImageGetter(Func<(byte[] Pixels, bool IsPortrait)> image) => (ref MLImage value) =>
    {
        var (pixels, isPortrait) = image();
        value = ImageEncoder.ToMLImage(pixels, isPortrait ? _size.Transposed : _size);
    };

    private static ValueGetter<VBuffer<float>> CreatePixelGetter(Func<(byte[] Pixels, bool IsPortrait)> image) => (ref VBuffer<float> value) =>
    {
        byte[] bytes = image().Pixels;
        var editor = VBufferEditor.Create(ref value, bytes.Length);
        System.Numerics.Tensors.TensorPrimitives.ConvertChecked<byte, float>(bytes, editor.Values);
        value = editor.Commit();
    };
}
