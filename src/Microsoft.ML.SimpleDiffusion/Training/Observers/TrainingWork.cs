using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Training.Feed;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>The floating-point operations that the steps of a run take, by which its speed and the time that is left are reckoned.</summary>
/// <param name="FlopsPerImage">Of training on an image.</param>
/// <param name="FlopsPerSmallImage">Of training on one of half of the height and width.</param>
/// <param name="SmallSteps">How many steps have those in any case: the first.</param>
internal sealed record TrainingWork(long FlopsPerImage, long FlopsPerSmallImage, long SmallSteps)
{
    /// <summary>Share of the later steps that have them too, at random.</summary>
    public double CropShare { get; init; }

    /// <param name="plan">The network, counted with the texts of the data.</param>
    /// <param name="meanTextTokens">Mean length of the texts, or null.</param>
    /// <param name="evaluationsBeside">Evaluations of it for one image, beside training.</param>
    /// <param name="options">How many steps there are of which size.</param>
    public static TrainingWork Of(NetworkPlan plan, int? meanTextTokens, double evaluationsBeside, TrainingOptions options)
    {
        long small = HalfResolution.CountOfSteps(options);
        bool hasSmall = small > 0 || options.CropShare > 0;
        return new TrainingWork(FlopsOf(plan), hasSmall ? FlopsOf(NetworkPlan.Of(plan.Specification.AtHalfResolution(), meanTextTokens)) : 0, small) { CropShare = options.CropShare };

        long FlopsOf(NetworkPlan network) => network.TrainingFlops + (long)(network.Flops * evaluationsBeside);
    }

    /// <summary>The sum over some steps of the operations for an image of each.</summary>
    /// <param name="first">The first of them, 0-based.</param>
    /// <param name="end">The step after the last.</param>
    public double Between(long first, long end)
    {
        long small = Math.Max(Math.Min(end, SmallSteps) - first, 0);
        double usual = ((1 - CropShare) * FlopsPerImage) + (CropShare * FlopsPerSmallImage);
        return ((double)small * FlopsPerSmallImage) + ((end - first - small) * usual);
    }
}
