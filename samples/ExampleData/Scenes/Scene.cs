namespace ExampleData.Scenes;

/// <summary>Two objects as a caption tells of them: "a small red circle above a blue square".</summary>
/// <param name="First">The object that is named first.</param>
/// <param name="Relation">Where it is, seen from the other.</param>
/// <param name="Second">The object that is named second, of another colour or shape.</param>
public readonly record struct Scene(SceneObject First, Relation Relation, SceneObject Second)
{
    /// <summary>Colours and shapes that never occur together in training are those whose numbers add up to a multiple of this: a fifth of the pairs.</summary>
    private const int HoldOutEvery = 5;

    /// <summary>All 8,832 of them.</summary>
    public static IReadOnlyList<Scene> All { get; } = Enumerate().ToArray();

    public string Caption => $"{First} {Vocabulary.Word(Relation)} {Second}";

    /// <summary>"A above B" and "B below A" are one layout.</summary>
    public Layout Layout => Relation switch
    {
        Relation.Above => new(true, First, Second),
        Relation.Below => new(true, Second, First),
        Relation.LeftOf => new(false, First, Second),
        _ => new(false, Second, First),
    };

    /// <summary>
    /// Whether the scene is held out of training. The rule looks at the two colours and shapes alone, so that a pair that is held out is never seen in
    /// any order, relation or size, while each of the two is seen with others.
    /// </summary>
    public bool IsHeldOut => (First.Kind + Second.Kind) % HoldOutEvery == 0;

    private static IEnumerable<Scene> Enumerate()
    {
        var objects =
            from colour in Enumerable.Range(0, Vocabulary.Colours.Count)
            from shape in Enumerable.Range(0, Vocabulary.Shapes.Count)
            from size in Enumerable.Range(0, 2)
            select new SceneObject(colour, shape, IsSmall: size == 1);
        return
            from first in objects
            from relation in Enum.GetValues<Relation>()
            from second in objects
            where first.Kind != second.Kind
            select new Scene(first, relation, second);
    }
}
