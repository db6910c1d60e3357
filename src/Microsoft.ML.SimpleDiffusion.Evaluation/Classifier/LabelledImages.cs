using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Evaluation.Columns;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>Reads images with their classes as the training of a diffusion model does: any image column, decoded on all cores.</summary>
internal static class LabelledImages
{
    /// <summary>The classes of a label column: the values of its keys, or its distinct texts in ordinal order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or neither key nor text.</exception>
    /// <exception cref="InvalidOperationException">There are fewer than two classes.</exception>
    public static ConditionDescription Classes(IDataView data, string labelColumnName)
    {
        var column = LabelColumn.Find(data.Schema, labelColumnName);
        string[] labels = column.Type is KeyDataViewType ? ClassLabels.Distinct(KeyLabels.Of(column)) : DistinctTexts(data, column);
        return labels.Length > 1
            ? new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = labels }
            : throw new InvalidOperationException($"The column '{labelColumnName}' has {labels.Length} classes, but a classifier needs 2 or more.");
    }

    /// <summary>Reads the images into memory, or into a temporary file if there are too many.</summary>
    /// <param name="environment">Is told of pixels of another range.</param>
    /// <param name="data">The data.</param>
    /// <param name="imageColumnName">Column of images.</param>
    /// <param name="labelColumnName">Column of classes, key or text, or null to read none.</param>
    /// <param name="size">Pixels on a side.</param>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="classes">The classes.</param>
    /// <param name="cancellationToken">Checked before each row.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">There are no images, one cannot be read, or its class is none of the classes.</exception>
    public static ImageDataset Load(
        IHostEnvironment environment, IDataView data, string imageColumnName, string? labelColumnName, int size, int channels, ConditionDescription classes, CancellationToken cancellationToken)
    {
        if (labelColumnName is not null)
        {
            _ = LabelColumn.Find(data.Schema, labelColumnName);
        }

        var options = new SimpleDiffusionOptions
        {
            ImageColumnName = imageColumnName,
            ConditionColumnName = labelColumnName,
            ImageHeight = size,
            ImageWidth = size,
            Channels = channels,
        };
        var images = ImageDataset.Load(
            data, options, labelColumnName is null ? ConditionDescription.None : classes, log: _ => { }, ImageDataset.DefaultMemoryBudget, cancellationToken, "image data");
        MLEnvironment.Warn(environment, images.PixelWarning);
        return images;
    }

    private static string[] DistinctTexts(IDataView data, DataViewSchema.Column column)
    {
        var texts = new HashSet<string>(LabelComparer.Instance);
        using var cursor = data.GetRowCursor([column]);
        var getter = LabelColumn.CreateGetter(cursor, column);
        while (cursor.MoveNext())
        {
            if (getter() is string text)
            {
                texts.Add(text);
            }
        }

        return [.. texts.Order(StringComparer.Ordinal)];
    }
}
