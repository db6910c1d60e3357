using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

/// <summary>Reads what images are to show from a column, whatever of its kinds it is.</summary>
internal static class ConditionColumn
{
    public const string Role = "condition";
    public const string NegativeRole = "negative prompt";
    public const string Expected = "key (MapValueToKey makes one), text, or Single vector of known size [tokens, width]";

    /// <summary>Checks the column before there is any data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type.</exception>
    public static void Check(SchemaShape input, string name) => RequiredColumn.Check(input, Role, name, Expected, column => column.Kind switch
    {
        VectorKind.Scalar => column.IsKey || column.ItemType is TextDataViewType,
        VectorKind.Vector => column.ItemType == NumberDataViewType.Single,
        _ => false,
    });

    /// <summary>What the training data says that images are of.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    public static ConditionDescription Describe(DataViewSchema schema, SimpleDiffusionOptions options)
    {
        if (options.ConditionColumnName is not string name)
        {
            return ConditionDescription.None;
        }

        var column = schema.GetColumnOrNull(name) ?? throw ColumnErrors.Missing(Role, name);
        return column.Type switch
        {
            KeyDataViewType => new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = ClassLabels.Distinct(KeyLabels.Of(column)) },
            TextDataViewType => new ConditionDescription { Kind = ConditionKind.Text },
            var type when EmbeddingColumn.Shape(type) is var (length, width)
                => new ConditionDescription { Kind = ConditionKind.Embeddings, EmbeddingLength = length, EmbeddingWidth = width },
            var type => throw ColumnErrors.Mismatch(Role, name, Expected, type.ToString()!),
        };
    }

    /// <summary>Finds a column that tells what to generate, or what not to.</summary>
    /// <param name="schema">Columns of the data.</param>
    /// <param name="role">What the column is for: <see cref="Role"/> or <see cref="NegativeRole"/>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="condition">What the model is conditioned on.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    public static DataViewSchema.Column FindForGeneration(DataViewSchema schema, string role, string name, ConditionDescription condition)
    {
        var column = schema.GetColumnOrNull(name) ?? throw ColumnErrors.Missing(role, name);
        var (fits, expected) = condition.Kind switch
        {
            ConditionKind.Text => (CaptionColumn.Fits(column.Type), CaptionColumn.Expected),
            ConditionKind.Embeddings => (EmbeddingColumn.Shape(column.Type) == (condition.EmbeddingLength, condition.EmbeddingWidth), EmbeddingColumn.Expected(condition)),
            _ => (ClassColumn.Fits(column.Type, condition), ClassColumn.Expected(condition)),
        };
        return fits ? column : throw ColumnErrors.Mismatch(role, name, expected, column.Type.ToString()!);
    }

    /// <summary>What the current row asks for.</summary>
    /// <param name="row">The row or cursor.</param>
    /// <param name="column">The column.</param>
    /// <param name="condition">What the model is conditioned on.</param>
    /// <param name="text">How captions are read.</param>
    /// <param name="warnings">Are told of missing keys; null: nobody is.</param>
    /// <exception cref="InvalidOperationException">From the result: the row's class was not in the training data, or an embedding is not finite.</exception>
    public static Func<RowCondition> CreateGetter(DataViewRow row, DataViewSchema.Column column, ConditionDescription condition, TextEncoderOptions text, RowWarnings? warnings = null)
        => condition.Kind switch
        {
            ConditionKind.Text => CaptionColumn.CreateGetter(row, column, text.MaxLength),
            ConditionKind.Embeddings => EmbeddingColumn.CreateGetter(row, column),
            _ => ClassColumn.CreateGetter(row, column, condition, warnings),
        };
}
