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
        return ImageDataset.Load(view, options, ConditionColumn.Describe(view.Schema, options), _ => { }, memoryBudget, CancellationToken.None);
    }
}
