using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>Reads the validation data. Errors say that it is meant, and not the training data.</summary>
internal static class ValidationData
{
    /// <summary>Checks the columns, before anything is read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public static void CheckColumns(DataViewSchema schema, SimpleDiffusionOptions options, ConditionDescription condition)
    {
        _ = ImageColumn.Find(schema, "validation image", options.ImageColumnName, options.Channels);
        if (options.ConditionColumnName is string name)
        {
            _ = ConditionColumn.FindForGeneration(schema, "validation condition", name, condition);
        }
    }

    /// <summary>Reads the images once.</summary>
    /// <param name="data">The validation data.</param>
    /// <param name="options">The run's, with nothing left open.</param>
    /// <param name="condition">The classes of the training data.</param>
    /// <param name="log">Is told which images are skipped.</param>
    /// <exception cref="InvalidOperationException">There are no images, one cannot be read, or its class is not in the training data.</exception>
    public static ImageDataset Load(IDataView data, SimpleDiffusionOptions options, ConditionDescription condition, Action<string> log)
    {
        try
        {
            // Half of what the training images may take.
            return ImageDataset.Load(
                data, options, condition, message => log($"Validation data: {message}"), ImageDataset.DefaultMemoryBudget / 2, options.Training.CancellationToken, "validation data");
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"The validation data cannot be used. {e.Message}", e);
        }
    }
}
