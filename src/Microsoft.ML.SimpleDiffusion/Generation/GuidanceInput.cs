namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>Guidance of a network that is told its scale: none is left for the sampler.</summary>
internal static class GuidanceInput
{
    /// <summary>Who does what.</summary>
    /// <param name="sampling">How to draw.</param>
    /// <param name="condition">What the model is conditioned on.</param>
    /// <returns>How the sampler is to draw, and what the network is told, or null.</returns>
    public static (SamplingOptions Sampling, float? Scale) Split(SamplingOptions sampling, ConditionDescription condition)
    {
        if (!condition.HasGuidanceInput)
        {
            return (sampling, null);
        }

        var rest = sampling.Clone();
        rest.GuidanceScale = 1;
        return (rest, sampling.GuidanceScale);
    }
}
