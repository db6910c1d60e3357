using Microsoft.ML.SimpleDiffusion.Data;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>Says, before the first step, what a run would make of its data that is hardly meant so.</summary>
internal static class DataWarnings
{
    /// <param name="data">The training data.</param>
    /// <param name="options">The run's.</param>
    /// <param name="warn">Is told.</param>
    /// <exception cref="InvalidOperationException">No row has a condition, or no image is transparent, so that there is nothing to learn of it.</exception>
    public static void Tell(ImageDataset data, SimpleDiffusionOptions options, Action<string> warn)
    {
        data.Conditions.RequireAny();
        if (data.HasAlpha && data.IsOpaque)
        {
            throw new InvalidOperationException($"Channels is 4 (RGBA), but none of the {data.Count} images of column '{options.ImageColumnName}' has a transparent pixel: 3 would be right.");
        }

        foreach (string warning in data.Warnings.Concat(data.Conditions.DescribeForTraining()).Concat(OfDropout(data, options)))
        {
            warn(warning);
        }
    }

    private static IEnumerable<string> OfDropout(ImageDataset data, SimpleDiffusionOptions options)
    {
        if (data.Condition.Kind == ConditionKind.None)
        {
            yield break;
        }

        if (data.Conditions.Missing == 0 && UntrainedGuidance.Find(options) is string guidance)
        {
            yield return guidance;
        }

        if (options.Diffusion.ConditioningDropout == 1)
        {
            yield return "Diffusion.ConditioningDropout is 1, so that the model never sees a condition and will heed none.";
        }
    }
}
