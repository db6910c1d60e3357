using global::ExampleData.Scenes;
using Microsoft.ML.SimpleDiffusion.Experiments.Judging;

namespace Microsoft.ML.SimpleDiffusion.Tests.Experiments.Judging;

[TestClass]
public class JudgementTests
{
    private static readonly SceneObject First = new(Colour: 0, Shape: 0, IsSmall: true);
    private static readonly SceneObject Second = new(Colour: 1, Shape: 1, IsSmall: false);
    private static readonly Layout Expected = new(IsVertical: true, First, Second);

    [TestMethod]
    public void What_is_seen_as_it_should_be_is_all_right() => AssertSeen(Expected, new(true, true, true, true), isRight: true);

    [TestMethod]
    public void Sizes_do_not_count() => AssertSeen(Expected with { Leading = First with { IsSmall = false } }, new(true, true, true, false), isRight: true);

    [TestMethod]
    public void A_wrong_colour_or_shape_of_either_object_is_wrong()
    {
        AssertSeen(Expected with { Leading = First with { Colour = 5 } }, new(false, true, true, true), isRight: false);
        AssertSeen(Expected with { Trailing = Second with { Shape = 3 } }, new(true, false, true, true), isRight: false);
    }

    [TestMethod]
    public void The_other_direction_is_a_wrong_relation() => AssertSeen(Expected with { IsVertical = false }, new(true, true, false, true), isRight: false);

    [TestMethod]
    public void Objects_in_each_others_place_are_a_wrong_relation_only() => AssertSeen(Expected.Exchanged, new(true, true, false, true), isRight: false);

    [TestMethod]
    public void Colours_in_each_others_place_are_wrong_colours()
        => AssertSeen(Expected with { Leading = First with { Colour = 1 }, Trailing = Second with { Colour = 0 } }, new(false, true, true, true), isRight: false);

    private static void AssertSeen(Layout seen, Judgement expected, bool isRight)
    {
        var judgement = Judgement.Of(Expected, seen);

        Assert.AreEqual(expected, judgement);
        Assert.AreEqual(isRight, judgement.IsRight);
    }
}
