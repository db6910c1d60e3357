using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.Transforms.Image;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace Microsoft.ML.SimpleDiffusion.Interop.MLNet;

/// <summary>Checks and makes schema shapes, which is what estimators know of data before there is any.</summary>
internal static class SchemaShapes
{
    public static SchemaShape Of(DataViewSchema schema) => SchemaShape.Create(schema);

    /// <summary>The input's columns and those that the transformer adds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column that training needs is missing or of the wrong type.</exception>
    public static SchemaShape ForOutput(SchemaShape input, SimpleDiffusionOptions options)
    {
        RequireImage(input, options.ImageColumnName);
        if (options.ConditionColumnName is string condition)
        {
            Require(input, ConditionColumn.Role, condition, ConditionColumn.Expected, IsCondition);
        }

        var columns = input.ToDictionary(column => column.Name);
        columns[options.OutputColumnName] = new SchemaShape.Column(
            options.OutputColumnName, VectorKind.Scalar, PictureColumns.ImageType(options), isKey: false, annotations: null);
        if (options.OutputPixelsColumnName is string pixels)
        {
            columns[pixels] = new SchemaShape.Column(pixels, VectorKind.Vector, NumberDataViewType.Single, isKey: false, annotations: null);
        }

        return new SchemaShape(columns.Values);
    }

    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of the wrong type.</exception>
    public static void RequireImage(SchemaShape input, string name) => Require(input, "image", name, ImageColumn.Expected, IsImage);

    private static bool IsCondition(SchemaShape.Column column) => column.Kind switch
    {
        VectorKind.Scalar => column.IsKey || column.ItemType is TextDataViewType,
        VectorKind.Vector => column.ItemType == NumberDataViewType.Single,
        _ => false,
    };

    private static bool IsImage(SchemaShape.Column column) => column.Kind switch
    {
        VectorKind.Scalar => column.ItemType is ImageDataViewType or TextDataViewType,
        VectorKind.Vector => column.ItemType == NumberDataViewType.Single || column.ItemType == NumberDataViewType.Byte,
        VectorKind.VariableVector => column.ItemType == NumberDataViewType.Byte,
        _ => false,
    };

    private static void Require(SchemaShape input, string role, string name, string expected, Func<SchemaShape.Column, bool> fits)
    {
        if (!input.TryFindColumn(name, out var column))
        {
            throw ColumnErrors.Missing(role, name);
        }

        if (!fits(column))
        {
            throw ColumnErrors.Mismatch(role, name, expected, column.GetTypeString());
        }
    }
}
