using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>An image of known size with its class.</summary>
internal sealed class ImageRow
{
    /// <summary>Most images of a set that are shown.</summary>
    private const int Shown = 10;

    /// <summary>Planar [C, H, W], 0 to 255, as pixel vectors are: colours beside alpha are straight.</summary>
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

    /// <summary>A few images of a set side by side, of as many classes as there is room for.</summary>
    public static ImageStrip Some(IReadOnlyList<ImageRow> images, ImageSize size)
        => ImageStrip.Draw([.. images.DistinctBy(image => image.Label).Concat(images).Distinct().Take(Shown).Select(image => image.Pixels)], size);
}
