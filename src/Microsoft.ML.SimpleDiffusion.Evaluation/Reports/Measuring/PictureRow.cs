using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>A picture of known size with its class.</summary>
internal sealed class PictureRow
{
    /// <summary>Planar [C, H, W], 0 to 255.</summary>
    public byte[] Pixels { get; set; } = [];

    /// <summary>Empty without a class.</summary>
    public string Label { get; set; } = string.Empty;

    /// <summary>A view with the columns Pixels (vector) and Label (text).</summary>
    public static IDataView View(MLContext context, IEnumerable<PictureRow> rows, ImageSize size)
    {
        var schema = SchemaDefinition.Create(typeof(PictureRow));
        schema[nameof(Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, size.Channels, size.Height, size.Width);
        return context.Data.LoadFromEnumerable(rows, schema);
    }
}
