using Microsoft.ML;
using Microsoft.ML.Data;

namespace ExampleData.Scenes;

/// <summary>Endless drawn pictures, the same on every machine: picture number i is a function of i alone.</summary>
/// <param name="scenes">What they show.</param>
/// <param name="size">Pixels on a side.</param>
/// <param name="salt">Tells data sets apart that must not have pictures in common.</param>
public sealed class SceneDataSet(IReadOnlyList<Scene> scenes, int size, int salt)
{
    private const int TrainingPictures = 40_000;
    private const int TrainingSalt = 100;

    /// <summary>Picture number <paramref name="index"/> and what it shows.</summary>
    public (Scene Scene, byte[] Pixels) this[int index]
    {
        get
        {
            var random = new Random(HashCode(salt, index));
            var scene = scenes[random.Next(scenes.Count)];
            return (scene, ScenePainter.Paint(scene.Layout, size, random));
        }
    }

    /// <summary>The first pictures, drawn when they are read.</summary>
    public IEnumerable<CaptionedPixels> Take(int count) => Enumerable.Range(0, count).Select(i =>
    {
        var (scene, pixels) = this[i];
        return new CaptionedPixels { Pixels = pixels, Caption = scene.Caption };
    });

    /// <summary>The pictures that the sample trains on: scenes that are not held out, drawn when they are read. Columns Pixels (vector) and Caption (text).</summary>
    /// <param name="context">ML.NET.</param>
    /// <param name="size">Pixels on a side.</param>
    public static IDataView Training(MLContext context, int size)
    {
        var schema = SchemaDefinition.Create(typeof(CaptionedPixels));
        schema[nameof(CaptionedPixels.Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3, size, size);
        Scene[] scenes = [.. Scene.All.Where(scene => !scene.IsHeldOut)];
        return context.Data.LoadFromEnumerable(new SceneDataSet(scenes, size, TrainingSalt).Take(TrainingPictures), schema);
    }

    /// <summary>Captions of some scenes, half of them held out of the training.</summary>
    public static IReadOnlyList<string> SomeCaptions(int count)
    {
        Scene[] shuffled = [.. Scene.All];
        new Random(2).Shuffle(shuffled);
        return [.. shuffled.Where(scene => !scene.IsHeldOut).Take(count - (count / 2)).Concat(shuffled.Where(scene => scene.IsHeldOut).Take(count / 2)).Select(scene => scene.Caption)];
    }

    /// <summary>A product with odd constants spreads neighbouring numbers over all of <see cref="Random"/>'s seeds.</summary>
    private static int HashCode(int salt, int index) => unchecked((int)(((uint)salt * 0x9E3779B1) ^ ((uint)index * 0x85EBCA6B)));
}
