using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>An image of known size with its class.</summary>
internal sealed class ImageRow
{
    /// <summary>Planar [C, H, W], 0 to 255.</summary>
    public byte[] Pixels { get; set; } = [];

    /// <summary>Empty without a class.</summary>
    public string Label { get; set; } = string.Empty;

    /// <summary>A view with the columns Pixels (vector) and Label (text).</summary>
    public static IDataView View(MLContext context, IEnumerable<ImageRow> rows, ImageSize size)
    {
        var schema = SchemaDefinition.Create(typeof(ImageRow));
        schema[nameof(Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, size.Channels, size.Height, size.Width);
        return context.Data.LoadFromEnumerable(rows, schema);
    }
}
