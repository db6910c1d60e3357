using Microsoft.ML.Data;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace Microsoft.ML.SimpleDiffusion.Interop.MLNet;

/// <summary>What ML.NET keeps to itself about schema shapes, which is what estimators know of data before there is any.</summary>
internal static class SchemaShapes
{
    public static SchemaShape Of(DataViewSchema schema) => SchemaShape.Create(schema);

    /// <summary>A column that a transformer will add.</summary>
    public static SchemaShape.Column Column(string name, VectorKind kind, DataViewType itemType) => new(name, kind, itemType, isKey: false, annotations: null);

    /// <summary>A column of keys whose values are texts.</summary>
    public static SchemaShape.Column Key(string name)
        => new(name, VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true, new SchemaShape([Column("KeyValues", VectorKind.Vector, TextDataViewType.Instance)]));

    /// <summary>The input's columns with others added or put in their place.</summary>
    public static SchemaShape With(SchemaShape input, params IEnumerable<SchemaShape.Column> added)
    {
        var columns = input.ToDictionary(column => column.Name);
        foreach (var column in added)
        {
            columns[column.Name] = column;
        }

        return new SchemaShape(columns.Values);
    }

    /// <summary>The type of a column as ML.NET writes it.</summary>
    public static string Describe(SchemaShape.Column column) => column.GetTypeString();
}
