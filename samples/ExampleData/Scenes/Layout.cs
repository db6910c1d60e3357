namespace ExampleData.Scenes;

/// <summary>What can be seen in a picture, whichever object a caption begins with.</summary>
/// <param name="IsVertical">Whether the objects are one above the other, or else side by side.</param>
/// <param name="Leading">The upper or left object.</param>
/// <param name="Trailing">The lower or right object.</param>
public readonly record struct Layout(bool IsVertical, SceneObject Leading, SceneObject Trailing)
{
    /// <summary>The same with the objects in each other's place.</summary>
    public Layout Exchanged => new(IsVertical, Trailing, Leading);
}
