using ExampleData.Scenes;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Wording;

/// <summary>A way to say what a picture of one object shows.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Caption">Makes the caption.</param>
internal sealed record Phrasing(string Name, Func<SceneObject, string> Caption)
{
    private static readonly string[] OtherColours = ["crimson", "golden", "emerald", "azure", "violet", "ebony"];
    private static readonly string[] OtherShapes = ["disc", "box", "pyramid", "plus sign"];

    /// <summary>The one that is trained on: "a small red circle".</summary>
    public static Phrasing Trained { get; } = new("the training's words", what => what.ToString());

    /// <summary>Those that are not: none of their captions occurs in the training.</summary>
    public static IReadOnlyList<Phrasing> Unseen { get; } =
    [
        new("other order: \"circle, red and small\"", what => $"{Shape(what)}, {Colour(what)}{(what.IsSmall ? " and small" : string.Empty)}"),
        new("a sentence: \"this picture shows a circle, which is red and small\"", what => $"this picture shows a {Shape(what)}, which is {Colour(what)}{(what.IsSmall ? " and small" : string.Empty)}"),
        new("another word for the colour: \"a small crimson circle\"", what => Compose(what, "small", OtherColours[what.Colour], Shape(what))),
        new("another word for the shape: \"a small red disc\"", what => Compose(what, "small", Colour(what), OtherShapes[what.Shape])),
        new("other words for all: \"a tiny crimson disc\"", what => Compose(what, "tiny", OtherColours[what.Colour], OtherShapes[what.Shape])),
    ];

    private static string Colour(SceneObject what) => Vocabulary.Colours[what.Colour].Name;

    private static string Shape(SceneObject what) => Vocabulary.Shapes[what.Shape].Name;

    private static string Compose(SceneObject what, string small, string colour, string shape)
    {
        string[] words = [.. what.IsSmall ? (string[])[small] : [], colour, shape];
        return $"{("aeiou".Contains(words[0][0], StringComparison.Ordinal) ? "an" : "a")} {string.Join(' ', words)}";
    }
}
