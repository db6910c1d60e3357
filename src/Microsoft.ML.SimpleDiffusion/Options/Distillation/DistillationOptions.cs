using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>How a model is distilled into one that draws in few network evaluations (appendix A, 'Distillation', which names Meng et al. 2022).</summary>
public sealed class DistillationOptions
{
    /// <summary>Network evaluations in which the student draws, 1 to 64: 1, 2, 4 or 8 are usual. Default: 4.</summary>
    [Choice(1, 2, 4, 8)]
    public int SamplingSteps { get; set; } = 4;

    /// <summary>Where the target of a student's step comes from. Default: <see cref="DistillationMethod.Segment"/>.</summary>
    public DistillationMethod Method { get; set; } = DistillationMethod.Segment;

    /// <summary>
    /// How the teacher draws, and with it what the student learns: steps, a multiple of <see cref="SamplingSteps"/>; guidance scale, interval and rescale, which
    /// become part of the student; and thresholding. The sampler is <see cref="SamplerType.DpmSolverPlusPlus2M"/> or <see cref="SamplerType.Ddim"/> without noise;
    /// only the latter with <see cref="DistillationMethod.Progressive"/>, whose steps are <see cref="SamplingSteps"/> times a power of two. Null (default): the
    /// guidance and thresholding that the teacher has, and eight of its steps for each of the student's, at least 16 in all (progressive: 32).
    /// </summary>
    public SamplingOptions? Teacher { get; set; }

    /// <summary>
    /// Largest guidance scale that the student is to know, above 1 to 100: it learns all from 1 to this one and is told which to draw with, so that
    /// <see cref="SamplingOptions.GuidanceScale"/> still chooses at generation, at one evaluation a step (Meng et al. 2022). Each step of training teaches
    /// one scale to each image. The teacher's own scale is what the student draws with unless told otherwise. Null (default): that one scale only.
    /// Needs a condition.
    /// </summary>
    public float? MaxGuidanceScale { get; set; }

    /// <summary>
    /// Share of the training steps that begin where the student itself comes by from noise, as at generation, instead of from noised images, 0 to 1.
    /// Default: 0.5. No effect with <see cref="DistillationMethod.Consistency"/>.
    /// </summary>
    [Range(0d, 1d, 0.5, false)]
    public double OwnStateShare { get; set; } = 0.5;

    /// <summary>
    /// How often the teacher's answer to noised images is used, 1 or more: what costs most is the teacher. Default: 4. No effect with
    /// <see cref="DistillationMethod.Consistency"/>, nor on steps from the student's own states.
    /// </summary>
    [Range(1, 16, 4, true)]
    public int TargetReuse { get; set; } = 4;

    /// <summary>
    /// The training run. By default 1,000 steps with a learning rate of 3e-4 that falls to zero, and a moving average with the decay 0.99, since a student begins
    /// as its teacher and has not far to go.
    /// </summary>
    [NestOption]
    public TrainingOptions Training { get; set; } = new() { Steps = 1_000, LearningRate = 3e-4, LearningRateDecay = LearningRateDecay.Cosine, EmaDecay = 0.99 };

    /// <summary>Device, precision and threads.</summary>
    public ComputeOptions Compute { get; set; } = new();

    /// <summary>Name of the column of images. Null (default): the teacher's.</summary>
    public string? ImageColumnName { get; set; }

    /// <summary>Name of the column that says what an image shows. Null (default): the teacher's.</summary>
    public string? ConditionColumnName { get; set; }

    /// <summary>Seed of everything random. Null (default): the seed of the <see cref="MLContext"/>, or a fresh one.</summary>
    public int? Seed { get; set; }

    /// <summary>A deep copy; the progress sink and the cancellation token are shared.</summary>
    internal DistillationOptions Clone()
    {
        var copy = (DistillationOptions)MemberwiseClone();
        copy.Teacher = Teacher?.Clone();
        copy.Training = Training.Clone();
        copy.Compute = Compute.Clone();
        return copy;
    }
}
