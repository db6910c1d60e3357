using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Interop.MLNet;

/// <summary>What the small classifier makes of a schema shape.</summary>
internal static class ClassifierSchemaShape
{
    /// <summary>The input's columns, features, scores and the predicted label.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column that training needs is missing or of the wrong type.</exception>
    public static SchemaShape ForOutput(SchemaShape input, SmallImageClassifierOptions options)
    {
        SchemaShapes.RequireImage(input, options.ImageColumnName);
        if (!input.TryFindColumn(options.LabelColumnName, out var label))
        {
            throw ColumnErrors.Missing("label", options.LabelColumnName);
        }

        if (label.Kind != VectorKind.Scalar || !(label.IsKey || label.ItemType is TextDataViewType))
        {
            throw ColumnErrors.Mismatch("label", options.LabelColumnName, "key or text", label.GetTypeString());
        }

        var columns = input.ToDictionary(column => column.Name);
        columns[options.FeatureColumnName] = new SchemaShape.Column(options.FeatureColumnName, VectorKind.Vector, NumberDataViewType.Single, isKey: false, annotations: null);
        columns[options.ScoreColumnName] = new SchemaShape.Column(options.ScoreColumnName, VectorKind.Vector, NumberDataViewType.Single, isKey: false, annotations: null);
        var keyValues = new SchemaShape([new SchemaShape.Column("KeyValues", VectorKind.Vector, TextDataViewType.Instance, isKey: false, annotations: null)]);
        columns[options.PredictedLabelColumnName] = new SchemaShape.Column(
            options.PredictedLabelColumnName, VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true, keyValues);
        return new SchemaShape(columns.Values);
    }
}
