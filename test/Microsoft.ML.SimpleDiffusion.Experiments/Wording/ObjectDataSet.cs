using ExampleData.Scenes;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Wording;

/// <summary>Endless drawn pictures of one object each, the same on every machine: picture number i is a function of i alone.</summary>
/// <param name="objects">What they show.</param>
/// <param name="size">Pixels on a side.</param>
/// <param name="salt">Tells data sets apart that must not have pictures in common, 0 to 255.</param>
internal sealed class ObjectDataSet(IReadOnlyList<SceneObject> objects, int size, int salt)
{
    private const int HoldOutEvery = 5;

    /// <summary>All 48 of them.</summary>
    public static IReadOnlyList<SceneObject> All { get; } =
    [
        .. from colour in Enumerable.Range(0, Vocabulary.Colours.Count)
           from shape in Enumerable.Range(0, Vocabulary.Shapes.Count)
           from isSmall in new[] { false, true }
           select new SceneObject(colour, shape, isSmall),
    ];

    /// <summary>Picture number <paramref name="index"/> and what it shows.</summary>
    public (byte[] Pixels, SceneObject Object) this[int index]
    {
        get
        {
            // A product with an odd constant spreads neighbouring numbers over all of Random's seeds.
            var random = new Random(unchecked((int)(((uint)salt << 24) ^ ((uint)index * 0x85EBCA6B))));
            var what = objects[random.Next(objects.Count)];
            return (ScenePainter.Paint(what, size, random), what);
        }
    }

    /// <summary>Whether a colour is never seen with a shape in training; each is seen with others. Five of the 24 pairs.</summary>
    public static bool IsHeldOut(SceneObject what) => what.Kind % HoldOutEvery == 0;

    /// <summary>The first pictures, with the captions of the training. Columns Pixels (vector) and Caption (text).</summary>
    /// <param name="context">ML.NET.</param>
    /// <param name="count">How many.</param>
    public IDataView Take(MLContext context, int count)
    {
        var schema = SchemaDefinition.Create(typeof(CaptionedPixels));
        schema[nameof(CaptionedPixels.Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3, size, size);
        return context.Data.LoadFromEnumerable(
            Enumerable.Range(0, count).Select(i => this[i]).Select(item => new CaptionedPixels { Pixels = item.Pixels, Caption = Phrasing.Trained.Caption(item.Object) }), schema);
    }
}
