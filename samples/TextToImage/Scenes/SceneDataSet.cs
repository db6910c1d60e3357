namespace TextToImage.Scenes;

/// <summary>Endless drawn pictures, the same on every machine: picture number i is a function of i alone.</summary>
/// <param name="scenes">What they show.</param>
/// <param name="size">Pixels on a side.</param>
/// <param name="salt">Tells data sets apart that must not have pictures in common.</param>
internal sealed class SceneDataSet(IReadOnlyList<Scene> scenes, int size, int salt)
{
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

    /// <summary>A product with odd constants spreads neighbouring numbers over all of <see cref="Random"/>'s seeds.</summary>
    private static int HashCode(int salt, int index) => unchecked((int)(((uint)salt * 0x9E3779B1) ^ ((uint)index * 0x85EBCA6B)));
}
