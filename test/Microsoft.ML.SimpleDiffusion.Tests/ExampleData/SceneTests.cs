using global::ExampleData.Scenes;

namespace Microsoft.ML.SimpleDiffusion.Tests.ExampleData;

[TestClass]
public class SceneTests
{
    private static readonly Scene[] Trained = Scene.All.Where(scene => !scene.IsHeldOut).ToArray();
    private static readonly Scene[] HeldOut = Scene.All.Where(scene => scene.IsHeldOut).ToArray();

    [TestMethod]
    public void A_caption_is_a_sentence()
    {
        var scene = new Scene(Object("red", "circle", isSmall: true), Relation.Above, Object("blue", "square"));

        Assert.AreEqual("a small red circle above a blue square", scene.Caption);
    }

    [TestMethod]
    public void Every_scene_has_a_caption_of_its_own()
        => Assert.HasCount(Scene.All.Count, Scene.All.Select(scene => scene.Caption).Distinct().ToList());

    [TestMethod]
    public void A_scene_told_the_other_way_round_looks_the_same()
    {
        var red = Object("red", "circle");
        var blue = Object("blue", "square");

        Assert.AreEqual(new Scene(red, Relation.Above, blue).Layout, new Scene(blue, Relation.Below, red).Layout);
        Assert.AreEqual(new Scene(red, Relation.LeftOf, blue).Layout, new Scene(blue, Relation.RightOf, red).Layout);
        Assert.AreNotEqual(new Scene(red, Relation.Above, blue).Layout, new Scene(red, Relation.Below, blue).Layout);
    }

    [TestMethod]
    public void A_fifth_of_the_scenes_is_held_out() => Assert.AreEqual(0.2, (double)HeldOut.Length / Scene.All.Count, 0.01);

    [TestMethod]
    public void No_layout_that_is_held_out_is_trained() => Assert.IsFalse(Trained.Select(Look).Intersect(HeldOut.Select(Look)).Any());

    [TestMethod]
    public void No_pair_that_is_held_out_is_trained_in_any_relation_order_or_size()
        => Assert.IsFalse(Trained.Select(Pair).Intersect(HeldOut.Select(Pair)).Any());

    [TestMethod]
    public void Every_word_that_is_held_out_occurs_in_training_in_both_places()
    {
        var heldOut = HeldOut.SelectMany(Words).ToHashSet();

        Assert.IsTrue(heldOut.IsSubsetOf(Trained.SelectMany(Words).ToHashSet()));
        Assert.HasCount((2 * (6 + 4)) + 2 + 4, heldOut.ToList());
    }

    [TestMethod]
    public void Every_coloured_shape_is_trained_with_more_than_half_of_the_others()
    {
        foreach (var group in Trained.GroupBy(scene => scene.First.Kind))
        {
            Assert.IsGreaterThan(12, group.Select(scene => scene.Second.Kind).Distinct().Count());
        }
    }

    private static SceneObject Object(string colour, string shape, bool isSmall = false) => new(
        Vocabulary.Colours.Select(item => item.Name).ToList().IndexOf(colour),
        Vocabulary.Shapes.Select(item => item.Name).ToList().IndexOf(shape),
        isSmall);

    private static (bool IsVertical, int Leading, int Trailing) Look(Scene scene)
        => (scene.Layout.IsVertical, scene.Layout.Leading.Kind, scene.Layout.Trailing.Kind);

    private static (int Smaller, int Larger) Pair(Scene scene)
        => (Math.Min(scene.First.Kind, scene.Second.Kind), Math.Max(scene.First.Kind, scene.Second.Kind));

    /// <summary>Words with the object that they belong to, and the relation.</summary>
    private static IEnumerable<string> Words(Scene scene)
        => Words(scene.First).Select(word => $"first {word}").Concat(Words(scene.Second).Select(word => $"second {word}")).Append(Vocabulary.Word(scene.Relation));

    private static IEnumerable<string> Words(SceneObject thing) => thing.ToString().Split(' ').Where(word => word != "a");
}
