namespace ExampleData.Scenes;

/// <summary>A coloured shape.</summary>
/// <param name="Colour">Index into <see cref="Vocabulary.Colours"/>.</param>
/// <param name="Shape">Index into <see cref="Vocabulary.Shapes"/>.</param>
/// <param name="IsSmall">Whether it is small; captions say nothing of the usual size.</param>
public readonly record struct SceneObject(int Colour, int Shape, bool IsSmall)
{
    /// <summary>The number of its colour and shape, 0 to 23.</summary>
    public int Kind => (Colour * Vocabulary.Shapes.Count) + Shape;

    /// <summary>Such as "a small red circle".</summary>
    public override string ToString()
        => $"a {(IsSmall ? "small " : string.Empty)}{Vocabulary.Colours[Colour].Name} {Vocabulary.Shapes[Shape].Name}";
}
