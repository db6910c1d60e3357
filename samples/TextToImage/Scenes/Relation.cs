namespace TextToImage.Scenes;

/// <summary>Where the first object of a caption is, seen from the second.</summary>
internal enum Relation
{
    Above,
    Below,
    LeftOf,
    RightOf,
}
