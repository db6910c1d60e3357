using global::ExampleData.Scenes;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests.ExampleData;

[TestClass]
public class ScenePainterTests
{
    private const int Size = 32;

    [TestMethod]
    [DataRow(nameof(Relation.Above), 16, 8, 16, 24)]
    [DataRow(nameof(Relation.Below), 16, 24, 16, 8)]
    [DataRow(nameof(Relation.LeftOf), 8, 16, 24, 16)]
    [DataRow(nameof(Relation.RightOf), 24, 16, 8, 16)]
    public void Each_object_is_where_the_caption_says_in_its_colour(string relation, int firstX, int firstY, int secondX, int secondY)
    {
        var all = Scene.All.Where(scene => scene.Relation.ToString() == relation);
        foreach (var scene in all.Where((_, i) => i % 37 == 0))
        {
            byte[] pixels = ScenePainter.Paint(scene.Layout, Size, new Random(7));

            Assert.AreEqual(scene.First.Colour, NearestColour(pixels, firstX, firstY), scene.Caption);
            Assert.AreEqual(scene.Second.Colour, NearestColour(pixels, secondX, secondY), scene.Caption);
            Assert.IsGreaterThan(200, pixels[0], scene.Caption);
        }
    }

    [TestMethod]
    public void Small_objects_cover_less_than_half()
    {
        foreach (int shape in Enumerable.Range(0, Vocabulary.Shapes.Count))
        {
            // Black on bright: dark pixels are the objects'.
            int small = Covered(new SceneObject(5, shape, IsSmall: true)), usual = Covered(new SceneObject(5, shape, IsSmall: false));

            Assert.IsLessThan(usual / 2.0, small, Vocabulary.Shapes[shape].Name);
        }

        static int Covered(SceneObject what)
            => ScenePainter.Paint(new Layout(true, what, what), Size, new Random(7)).Take(Size * Size).Count(value => value < 128);
    }

    [TestMethod]
    public void A_picture_is_a_function_of_data_set_and_number()
    {
        var data = new SceneDataSet(Scene.All, Size, salt: 1);

        CollectionAssert.AreEqual(data[3].Pixels, new SceneDataSet(Scene.All, Size, salt: 1)[3].Pixels);
        CollectionAssert.AreNotEqual(data[3].Pixels, data[4].Pixels);
        CollectionAssert.AreNotEqual(data[3].Pixels, new SceneDataSet(Scene.All, Size, salt: 2)[3].Pixels);
        Assert.AreEqual(data[3].Scene.Caption, data.Take(4).Last().Caption);
    }

    [TestMethod]
    public void A_data_set_shows_the_scenes_that_it_was_given_and_no_others()
    {
        var few = Scene.All.Take(5).ToArray();
        var data = new SceneDataSet(few, Size, salt: 1);

        CollectionAssert.AreEquivalent(
            few.Select(scene => scene.Caption).ToArray(), Enumerable.Range(0, 100).Select(i => data[i].Scene.Caption).Distinct().ToArray());
    }

    /// <summary>The colour of the vocabulary that is nearest in the middle of its shades.</summary>
    private static int NearestColour(byte[] pixels, int x, int y)
    {
        int at = (y * Size) + x;
        var pixel = (Red: pixels[at], Green: pixels[(Size * Size) + at], Blue: pixels[(2 * Size * Size) + at]);
        return Enumerable.Range(0, Vocabulary.Colours.Count).MinBy(i =>
        {
            var colour = Vocabulary.Colours[i];
            var middle = SKColor.FromHsv(colour.Hue, colour.Saturation + 10, colour.Value + 10);
            return Math.Pow(pixel.Red - middle.Red, 2) + Math.Pow(pixel.Green - middle.Green, 2) + Math.Pow(pixel.Blue - middle.Blue, 2);
        });
    }
}
