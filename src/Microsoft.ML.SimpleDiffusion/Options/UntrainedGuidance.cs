namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Finds guidance that leads away from what a model has never learnt: images of nothing in particular.</summary>
internal static class UntrainedGuidance
{
    /// <summary>A sentence, or null.</summary>
    /// <param name="options">The model's options, with new ones for generation.</param>
    public static string? Find(SimpleDiffusionOptions options)
        => options.ConditionColumnName is not null && options.NegativePromptColumnName is null && options.Sampling.GuidanceScale != 1 && options.Diffusion.ConditioningDropout == 0
            ? $"Sampling.GuidanceScale is {OptionValue.Text(options.Sampling.GuidanceScale)}, but guidance leads away from images of nothing in particular, "
                + "which a model trained with Diffusion.ConditioningDropout 0 does not know unless some of its images had no condition: 0.1 would be right."
            : null;
}
