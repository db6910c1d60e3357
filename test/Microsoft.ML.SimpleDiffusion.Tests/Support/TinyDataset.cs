using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>The tiny data as a training reads it.</summary>
internal static class TinyDataset
{
    public static ImageDataset Load(MLContext context, SimpleDiffusionOptions options, long memoryBudget = long.MaxValue)
    {
        var view = TinyData.View(context);
        return Load(view, options, memoryBudget);
    }

    /// <summary>Three images of random pixels, of which no part and no transformation is like another.</summary>
    public static ImageDataset OfRandomPixels(MLContext context, SimpleDiffusionOptions options)
    {
        var rows = TinyData.Rows(TinyData.Labels.Length).ToArray();
        foreach (var row in rows)
        {
            new Random(row.Label[0]).NextBytes(row.Image);
        }

        return Load(TinyData.Keyed(context, rows, TinyData.Labels), options, long.MaxValue);
    }

    private static ImageDataset Load(IDataView view, SimpleDiffusionOptions options, long memoryBudget)
        => ImageDataset.Load(view, options, ConditionColumn.Describe(view.Schema, options), _ => { }, memoryBudget, CancellationToken.None);
}
