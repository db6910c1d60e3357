using ExampleData.Scenes;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Judging;

/// <summary>What is right about a picture.</summary>
/// <param name="Colours">Both objects have their colours.</param>
/// <param name="Shapes">Both objects have their shapes.</param>
/// <param name="Relation">They are one above the other, or side by side, as they should, and not in each other's place.</param>
/// <param name="Sizes">Both objects have their sizes.</param>
internal readonly record struct Judgement(bool Colours, bool Shapes, bool Relation, bool Sizes)
{
    /// <summary>Colours, shapes and the relation are right: each object is what and where the caption says. Sizes do not count.</summary>
    public bool IsRight => Colours && Shapes && Relation;

    /// <summary>Compares what is seen with what should be. Objects that fit better in each other's place count as exchanged, so that only the relation is wrong.</summary>
    public static Judgement Of(Layout expected, Layout seen)
    {
        bool isExchanged = Likeness(expected, seen.Exchanged) > Likeness(expected, seen);
        var (leading, trailing) = isExchanged ? (seen.Trailing, seen.Leading) : (seen.Leading, seen.Trailing);
        return new Judgement(
            Colours: expected.Leading.Colour == leading.Colour && expected.Trailing.Colour == trailing.Colour,
            Shapes: expected.Leading.Shape == leading.Shape && expected.Trailing.Shape == trailing.Shape,
            Relation: expected.IsVertical == seen.IsVertical && !isExchanged,
            Sizes: expected.Leading.IsSmall == leading.IsSmall && expected.Trailing.IsSmall == trailing.IsSmall);
    }

    /// <summary>How many of the two colours and two shapes agree.</summary>
    private static int Likeness(Layout expected, Layout seen)
        => Likeness(expected.Leading, seen.Leading) + Likeness(expected.Trailing, seen.Trailing);

    private static int Likeness(SceneObject expected, SceneObject seen)
        => (expected.Colour == seen.Colour ? 1 : 0) + (expected.Shape == seen.Shape ? 1 : 0);
}
