using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>What an image is compared by.</summary>
internal sealed class FeatureRow
{
    /// <summary>Numbers that are close for images that are alike.</summary>
    public float[] Features { get; set; } = [];

    /// <summary>Empty without a class.</summary>
    public string Label { get; set; } = string.Empty;

    /// <summary>Class that the classifier gives the image; empty without a classifier.</summary>
    public string PredictedLabel { get; set; } = string.Empty;

    /// <summary>A view with the columns Features (vector), Label and PredictedLabel (text).</summary>
    /// <param name="context">ML.NET.</param>
    /// <param name="rows">At least one.</param>
    public static IDataView View(MLContext context, IReadOnlyList<FeatureRow> rows)
    {
        var schema = SchemaDefinition.Create(typeof(FeatureRow));
        schema[nameof(Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
        return context.Data.LoadFromEnumerable(rows, schema);
    }
}
