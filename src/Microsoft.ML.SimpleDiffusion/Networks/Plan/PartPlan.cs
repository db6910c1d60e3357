namespace Microsoft.ML.SimpleDiffusion.Networks.Plan;

/// <summary>A part of a network as numbers: its name among its neighbours, its weights, and its work. Modules are built from it, and counts and names come from it.</summary>
/// <param name="Name">Name that the part is registered and stored under.</param>
internal abstract record PartPlan(string Name)
{
    /// <summary>Weights by their names within the part, in the order of a network's parameters.</summary>
    public abstract IEnumerable<WeightPlan> Weights { get; }

    /// <summary>
    /// Floating-point operations of a forward pass over one image: the products of convolutions, dense layers and attention, two operations per multiply-add.
    /// Norms, activations and additions are left out, as is usual.
    /// </summary>
    public abstract long Flops { get; }

    /// <summary>Numbers that the forward pass over one image keeps for the backward pass: every layer keeps its input. Fused layers keep less.</summary>
    public virtual long KeptValues => 0;
}

/// <summary>A tensor of trained weights.</summary>
/// <param name="Name">Its name within a part; empty for a part that is nothing but the tensor.</param>
/// <param name="Shape">Its dimensions.</param>
internal sealed record WeightPlan(string Name, params long[] Shape)
{
    /// <summary>
    /// Matrices between hidden features that lie in it one after the other: 0 for what is none, such as biases, norms, tables, and the layers that read or write
    /// pixels, the embedding or the modulation.
    /// </summary>
    public int HiddenMatrices { get; init; }

    /// <summary>Whether training alone has a use for it, so that exports leave it out.</summary>
    public bool IsForTraining { get; init; }

    public long Count => Shape.Aggregate(1L, (product, side) => product * side);

    /// <summary>The same tensor as the surrounding part calls it.</summary>
    public WeightPlan Within(string part) => this with { Name = part.Length == 0 ? Name : Name.Length == 0 ? part : $"{part}.{Name}" };
}

/// <summary>A part that is made of parts.</summary>
internal abstract record BlockPlan(string Name) : PartPlan(Name)
{
    /// <inheritdoc/>
    public sealed override IEnumerable<WeightPlan> Weights => Present.SelectMany(part => part.Weights.Select(weight => weight.Within(part.Name)));

    /// <inheritdoc/>
    public sealed override long Flops => Present.Sum(part => part.Flops) + ProductFlops;

    /// <inheritdoc/>
    public override long KeptValues => Present.Sum(part => part.KeptValues);

    /// <summary>The parts in the order in which they are registered; null for those that this block does not have.</summary>
    protected abstract IEnumerable<PartPlan?> Parts { get; }

    /// <summary>Operations between the parts, of products of activations.</summary>
    protected virtual long ProductFlops => 0;

    private IEnumerable<PartPlan> Present => Parts.OfType<PartPlan>();
}

/// <summary>Parts of one kind in a row, each named by its number.</summary>
internal sealed record ListPlan<T>(string Name, IReadOnlyList<T> Items) : BlockPlan(Name)
    where T : PartPlan
{
    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => Items;

    /// <summary>A list of a number of parts.</summary>
    /// <param name="name">Name of the list.</param>
    /// <param name="count">Number of parts.</param>
    /// <param name="create">Makes the part of a number, which is its name.</param>
    public static ListPlan<T> Of(string name, int count, Func<int, T> create) => new(name, [.. Enumerable.Range(0, count).Select(create)]);
}
