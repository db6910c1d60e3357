namespace Microsoft.ML.SimpleDiffusion.Generation.Views;

/// <summary>
/// Columns that a transformer adds, whose values are made of many rows at once. Implemented by each such transformer; the data view, the cursor and the row
/// mapper are the same for all of them.
/// </summary>
/// <typeparam name="TRequest">What is read of a row.</typeparam>
/// <typeparam name="TAnswer">What is made of it.</typeparam>
internal abstract class BatchedColumns<TRequest, TAnswer>
{
    /// <param name="input">The input's columns.</param>
    /// <param name="add">Adds the columns that are made here.</param>
    protected BatchedColumns(DataViewSchema input, Action<DataViewSchema.Builder> add)
    {
        InputSchema = input;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        add(builder);
        Schema = builder.ToSchema();
    }

    /// <summary>The input's columns.</summary>
    public DataViewSchema InputSchema { get; }

    /// <summary>The input's columns, then those that are made here.</summary>
    public DataViewSchema Schema { get; }

    /// <summary>The input's columns that requests are read of.</summary>
    public abstract IReadOnlyList<DataViewSchema.Column> Required { get; }

    /// <summary>How many times as many rows each window takes as the one before.</summary>
    public abstract int WindowGrowth { get; }

    /// <summary>Most rows of a window.</summary>
    public abstract int MaxWindowRows { get; }

    /// <summary>Whether a column of <see cref="Schema"/> is one that is made here.</summary>
    public bool Contains(DataViewSchema.Column column) => column.Index >= InputSchema.Count;

    /// <summary>The input's columns among some of <see cref="Schema"/>, each once.</summary>
    public List<DataViewSchema.Column> PassedThrough(IEnumerable<DataViewSchema.Column> columns)
        => columns.Where(column => !Contains(column)).Select(column => InputSchema[column.Index]).DistinctBy(column => column.Index).ToList();

    /// <summary>Reads the current request of a row.</summary>
    /// <param name="row">A row in which the required columns are active.</param>
    public abstract Func<TRequest> CreateReader(DataViewRow row);

    /// <summary>Whether a window may take another row after these.</summary>
    public virtual bool HasRoom(IReadOnlyList<TRequest> requests) => true;

    /// <summary>Makes the answers to requests, in order.</summary>
    public abstract IReadOnlyList<TAnswer> Answer(IReadOnlyList<TRequest> requests);

    /// <summary>A ValueGetter of a column that is made here.</summary>
    /// <param name="column">The column.</param>
    /// <param name="current">Gives the current row's answer.</param>
    public abstract Delegate CreateGetter(DataViewSchema.Column column, Func<TAnswer> current);
}
