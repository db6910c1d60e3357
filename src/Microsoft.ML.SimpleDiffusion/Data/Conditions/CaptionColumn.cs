using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

/// <summary>Reads captions from a text column.</summary>
internal static class CaptionColumn
{
    public const string Expected = "text";

    public static bool Fits(DataViewType type) => type is TextDataViewType;

    /// <summary>The caption of the current row; empty and missing ones ask for nothing in particular.</summary>
    /// <param name="row">The row or cursor.</param>
    /// <param name="column">The column.</param>
    /// <param name="maxLength">Longest caption in bytes.</param>
    public static Func<RowCondition> CreateGetter(DataViewRow row, DataViewSchema.Column column, int maxLength)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        return () =>
        {
            ReadOnlyMemory<char> caption = default;
            getter(ref caption);
            byte[] bytes = CaptionBytes.Of(caption.Span, maxLength, out bool isCut);
            return RowCondition.OfText(bytes, isCut);
        };
    }
}
