using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Imaging;
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
        builder.AddColumn(options.OutputColumnName, new ImageDataViewType(options.ImageHeight, options.ImageWidth));
        if (options.OutputPixelsColumnName is string pixels)
        {
            builder.AddColumn(pixels, new VectorDataViewType(NumberDataViewType.Single, _size.Channels, _size.Height, _size.Width));
        }

        Schema = builder.ToSchema();
        _count = Schema.Count - input.Count;
    }

    /// <summary>The input's columns, then ours.</summary>
    public DataViewSchema Schema { get; }

    public bool Contains(DataViewSchema.Column column) => column.Index >= _firstIndex && column.Index < _firstIndex + _count;

    /// <summary>A getter for one of our columns.</summary>
    /// <param name="column">The column.</param>
    /// <param name="pixels">Gives the current row's image, planar [C, H, W].</param>
    public Delegate CreateGetter(DataViewSchema.Column column, Func<byte[]> pixels)
        => column.Index == _firstIndex ? CreateImageGetter(pixels) : CreatePixelGetter(pixels);

    // The image that a caller passes in may be one that it still shows: it is replaced, never disposed of.
    private ValueGetter<MLImage> CreateImageGetter(Func<byte[]> pixels)
        => (ref MLImage value) => value = ImageEncoder.ToMLImage(pixels(), _size);

    private ValueGetter<VBuffer<float>> CreatePixelGetter(Func<byte[]> pixels) => (ref VBuffer<float> value) =>
    {
        byte[] bytes = pixels();
        var editor = VBufferEditor.Create(ref value, bytes.Length);
        System.Numerics.Tensors.TensorPrimitives.ConvertChecked<byte, float>(bytes, editor.Values);
        value = editor.Commit();
    };
}
