using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Tool.Inputs;

/// <summary>What a model is asked for, as data.</summary>
internal static class Wishes
{
    /// <param name="context">The context.</param>
    /// <param name="wishes">Labels or prompts, a row each.</param>
    /// <param name="column">The model's condition column.</param>
    public static IDataView ToView(MLContext context, IEnumerable<string> wishes, string column)
    {
        var schema = SchemaDefinition.Create(typeof(Wish));
        schema[nameof(Wish.Text)].ColumnName = column;
        return context.Data.LoadFromEnumerable(wishes.Select(wish => new Wish { Text = wish }).ToArray(), schema);
    }

    private sealed class Wish
    {
        public string Text { get; set; } = string.Empty;
    }
}
