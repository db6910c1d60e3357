using Microsoft.ML;
using Microsoft.ML.Data;
using TextToImage.Captions;
using TextToImage.Scenes;

namespace TextToImage;

/// <summary>Captioned pictures to train on.</summary>
/// <param name="Pictures">A view with the image column and the caption.</param>
/// <param name="ImageColumn">Name of the image column.</param>
/// <param name="Description">What they are.</param>
/// <param name="Examples">Captions to show, with a note.</param>
internal sealed record TrainingSet(IDataView Pictures, string ImageColumn, string Description, IReadOnlyList<(string Caption, string? Note)> Examples)
{
    private const int DrawnPictures = 40_000;
    private const int Salt = 100;
    private const int ExampleRows = 10;

    /// <summary>Drawn scenes, without those that are held out.</summary>
    public static TrainingSet Draw(MLContext context, int size)
    {
        var scenes = Scene.All.Where(scene => !scene.IsHeldOut).ToArray();
        var schema = SchemaDefinition.Create(typeof(CaptionedPixels));
        schema[nameof(CaptionedPixels.Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3, size, size);
        return new TrainingSet(
            context.Data.LoadFromEnumerable(new SceneDataSet(scenes, size, Salt).Take(DrawnPictures), schema),
            nameof(CaptionedPixels.Pixels),
            $"{DrawnPictures:N0} drawn pictures of {scenes.Length:N0} captions; {Scene.All.Count - scenes.Length:N0} captions are held out",
            MixedExamples());
    }

    /// <summary>The pictures of a captions file.</summary>
    public static TrainingSet Read(MLContext context, Settings settings)
    {
        var format = new CaptionFileFormat { FileColumn = settings.FileColumn, CaptionColumn = settings.CaptionColumn, Conditions = settings.Where };
        var rows = CaptionFile.Read(settings.Captions!.FullName, settings.Images!.FullName, format);
        var data = context.Data.LoadFromEnumerable(rows);
        string[] captions = rows.Select(row => row.Caption).Distinct().ToArray();
        int shown = Math.Min(ExampleRows, captions.Length);
        return new TrainingSet(
            Background.Parse(settings.Background).Compose(context).Fit(data).Transform(data),
            nameof(ComposedImage.Image),
            $"{rows.Count:N0} pictures with {captions.Length:N0} captions in {settings.Images.FullName}",
            Enumerable.Range(0, shown).Select(i => (captions[(int)((long)i * captions.Length / shown)], (string?)null)).ToList());
    }

    /// <summary>Both halves of the scenes, and all relations.</summary>
    private static List<(string, string?)> MixedExamples()
    {
        var shuffled = Scene.All.ToArray();
        new Random(2).Shuffle(shuffled);
        var trained = shuffled.Where(scene => !scene.IsHeldOut).Take(ExampleRows / 2);
        var heldOut = shuffled.Where(scene => scene.IsHeldOut).Take(ExampleRows / 2);
        return [.. trained.Select(scene => (scene.Caption, (string?)"(trained)")), .. heldOut.Select(scene => (scene.Caption, (string?)"(held out)"))];
    }
}
