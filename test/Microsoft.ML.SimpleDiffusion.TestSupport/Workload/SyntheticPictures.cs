using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.TestSupport.Workload;

/// <summary>Pictures of noise as pixel vectors: speed does not depend on what they show.</summary>
internal static class SyntheticPictures
{
    public static IDataView View(MLContext context, SimpleDiffusionOptions options, int count, int classCount)
    {
        int length = options.Channels * options.ImageHeight * options.ImageWidth;
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, options.Channels, options.ImageHeight, options.ImageWidth);
        schema[nameof(Row.Label)].ColumnType = new KeyDataViewType(typeof(uint), classCount);
        schema[nameof(Row.Caption)].ColumnType = TextDataViewType.Instance;
        return context.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(Picture), schema);

        Row Picture(int i)
        {
            var pixels = new byte[length];
            new Random(i).NextBytes(pixels);
            return new Row { Image = pixels, Label = (uint)(i % classCount) + 1, Caption = Caption(i) };
        }
    }

    /// <summary>40 bytes on average, 30 to 50.</summary>
    private static string Caption(int i) => $"picture {i:D3}, which shows nothing but noise, row for row"[..(30 + (i % 21))];

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];

        public uint Label { get; set; }

        public string Caption { get; set; } = string.Empty;
    }
}
