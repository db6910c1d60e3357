using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

/// <summary>Reads precomputed embeddings from a vector column [tokens, width], or [width] for a single token.</summary>
internal static class EmbeddingColumn
{
    /// <summary>Tokens and width of a column, or null if it is no column of embeddings.</summary>
    public static (int Length, int Width)? Shape(DataViewType type) => type is VectorDataViewType { ItemType: NumberDataViewType item } vector && item == NumberDataViewType.Single
        ? vector.Dimensions switch
        {
            [> 0 and var width] => (1, width),
            [> 0 and var length, > 0 and var width] => (length, width),
            _ => null,
        }
        : null;

    public static string Expected(ConditionDescription condition) => condition.EmbeddingLength == 1
        ? $"Single vector [{condition.EmbeddingWidth}] or [1, {condition.EmbeddingWidth}]"
        : $"Single vector [{condition.EmbeddingLength}, {condition.EmbeddingWidth}]";

    /// <summary>The embeddings of the current row without tokens of zeros, which are padding; if nothing is left, nothing in particular is asked for.</summary>
    /// <exception cref="InvalidOperationException">From the result: a number is not finite.</exception>
    public static Func<RowCondition> CreateGetter(DataViewRow row, DataViewSchema.Column column)
    {
        int width = Shape(column.Type)!.Value.Width;
        var getter = row.GetGetter<VBuffer<float>>(column);
        VBuffer<float> buffer = default;
        float[] values = new float[Shape(column.Type)!.Value.Length * width];
        return () =>
        {
            getter(ref buffer);
            buffer.CopyTo(values);
            if (Array.FindIndex(values, value => !float.IsFinite(value)) is >= 0 and var index)
            {
                throw new InvalidOperationException($"Row {row.Position} of column '{column.Name}' holds the number {values[index]}: embeddings must be finite.");
            }

            return RowCondition.OfEmbeddings([.. values.Chunk(width).Where(token => token.AsSpan().ContainsAnyExcept(0f)).SelectMany(token => token)]);
        };
    }
}
