using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>A row with pixels of any type.</summary>
internal sealed class RangeRow<T>
{
    public T[] Image { get; set; } = [];

    public string Label { get; set; } = "hill";

    public long Seed { get; set; }

    /// <summary>White from the fourth column on.</summary>
    [VectorType(1, RangeRow.Side, RangeRow.Side)]
    public byte[] Mask { get; set; } = [.. Enumerable.Range(0, RangeRow.Side * RangeRow.Side).Select(i => (byte)(i % RangeRow.Side < 4 ? 0 : 255))];
}

/// <summary>Height maps and the like.</summary>
internal static class RangeRow
{
    public const int Side = 8;
    public const int Area = Side * Side;

    /// <summary>A view of images.</summary>
    /// <param name="context">The context.</param>
    /// <param name="itemType">Type of the values.</param>
    /// <param name="dimensions">Dimensions of the vectors; none for vectors of variable size.</param>
    /// <param name="images">The images.</param>
    public static IDataView View<T>(MLContext context, PrimitiveDataViewType itemType, int[] dimensions, params IEnumerable<T[]> images)
    {
        var schema = SchemaDefinition.Create(typeof(RangeRow<T>));
        schema["Image"].ColumnType = dimensions.Length == 0 ? new VectorDataViewType(itemType) : new VectorDataViewType(itemType, dimensions);
        return context.Data.LoadFromEnumerable(images.Select((image, i) => new RangeRow<T> { Image = image, Seed = i }), schema);
    }

    /// <summary>Slopes of 16 bits, none like another, from 1000 to 60999.</summary>
    /// <param name="number">Number of the image.</param>
    /// <param name="channels">Channels.</param>
    public static ushort[] Slope(int number, int channels = 1)
        => [.. Enumerable.Range(0, channels * Area).Select(i => (ushort)(1000 + ((i % Side * 7001) + (i / Side * 1009) + (number * 1303)) % 60_000))];

    /// <summary>A view of slopes.</summary>
    public static IDataView Slopes(MLContext context, int count = 12, int channels = 1)
        => View(context, NumberDataViewType.UInt16, [channels, Side, Side], Enumerable.Range(0, count).Select(i => Slope(i, channels)));
}
