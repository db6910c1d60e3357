namespace ExampleData.Scenes;

/// <summary>The words that captions are made of.</summary>
public static class Vocabulary
{
    /// <summary>The six colours.</summary>
    public static IReadOnlyList<SceneColour> Colours { get; } =
    [
        new("red", 0, 80, 75),
        new("yellow", 54, 80, 80),
        new("green", 125, 75, 50),
        new("blue", 222, 80, 75),
        new("purple", 285, 70, 60),
        new("black", 0, 0, 0),
    ];

    /// <summary>The four shapes.</summary>
    public static IReadOnlyList<Shape> Shapes { get; } =
        new[] { "circle", "square", "triangle", "cross" }.Select(name => Shape.All.Single(shape => shape.Name == name)).ToArray();

    /// <summary>How a caption says the relation.</summary>
    public static string Word(Relation relation) => relation switch
    {
        Relation.Above => "above",
        Relation.Below => "below",
        Relation.LeftOf => "left of",
        _ => "right of",
    };
}
