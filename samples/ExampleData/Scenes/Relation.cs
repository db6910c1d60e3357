namespace ExampleData.Scenes;

/// <summary>Where the first object of a caption is, seen from the second.</summary>
public enum Relation
{
    Above,
    Below,
    LeftOf,
    RightOf,
}
