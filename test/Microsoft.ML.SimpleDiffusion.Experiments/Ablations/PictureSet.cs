using ExampleData;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>Pictures in memory, all of one size, so that model and classifier see the very same pixels.</summary>
internal static class PictureSet
{
    /// <summary>Reads a folder per class. Pictures are cut to their middle square and resized.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="size">Pixels on a side.</param>
    /// <param name="atMost">How many pictures to read, evenly spaced.</param>
    public static IReadOnlyList<Picture> Load(DirectoryInfo folder, int size, int atMost = int.MaxValue)
    {
        var context = new MLContext();
        var view = context.Data.LoadFromImageFolder(folder.FullName, new ImageFolderOptions { Condition = ImageFolderCondition.Folders });
        var examples = context.Data.CreateEnumerable<LabelledFile>(view, reuseRowObject: false).ToList();
        return Spread(examples, Math.Min(atMost, examples.Count)).AsParallel().AsOrdered()
            .Select(example => new Picture { Pixels = Decode(example.ImagePath, size), Label = example.Label })
            .ToList();
    }

    /// <summary>A view with the columns Pixels (vector) and Label (text).</summary>
    public static IDataView View(MLContext context, IReadOnlyList<Picture> pictures, int size)
    {
        var schema = SchemaDefinition.Create(typeof(Picture));
        schema[nameof(Picture.Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3, size, size);
        return context.Data.LoadFromEnumerable(pictures, schema);
    }

    /// <summary>Evenly spaced picks, so that classes keep their shares.</summary>
    public static IReadOnlyList<T> Spread<T>(IReadOnlyList<T> pictures, int count)
        => Enumerable.Range(0, count).Select(i => pictures[(int)((long)i * pictures.Count / count)]).ToList();

    private static byte[] Decode(string path, int size)
    {
        using var picture = SKBitmap.Decode(path) ?? throw new FormatException($"The picture '{path}' cannot be read.");
        int side = Math.Min(picture.Width, picture.Height);
        var corner = new SKPointI((picture.Width - side) / 2, (picture.Height - side) / 2);
        using var square = new SKBitmap();
        picture.ExtractSubset(square, SKRectI.Create(corner, new SKSizeI(side, side)));
        using var opaque = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(opaque))
        {
            canvas.Clear(SKColors.White);
            canvas.DrawBitmap(square, 0, 0);
        }

        using var resized = opaque.Resize(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque), SKFilterQuality.High);
        return Planes.FromRgba(resized.GetPixelSpan(), size);
    }

    /// <summary>A row of the view of a folder.</summary>
    private sealed class LabelledFile
    {
        public string ImagePath { get; set; } = string.Empty;

        public string Label { get; set; } = string.Empty;
    }
}
