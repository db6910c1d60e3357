namespace Microsoft.ML.SimpleDiffusion;

/// <summary>What follows from a teacher and the options of its distillation.</summary>
internal static class StudentOptions
{
    /// <summary>Steps of the teacher for each of the student's, and fewest in all.</summary>
    private const int StepsPerSegment = 8, MinSteps = 16;

    /// <summary>Fewest steps that a progressive distillation begins with: fewer of DDIM shrink the spread of the images.</summary>
    private const int MinProgressiveSteps = 32;

    /// <summary>How the teacher draws.</summary>
    /// <param name="options">The distillation's, whose ranges have been checked.</param>
    /// <param name="teacher">The teacher's.</param>
    /// <param name="distilled">What the teacher itself has been made of, or null.</param>
    public static SamplingOptions TeacherSampling(DistillationOptions options, SimpleDiffusionOptions teacher, DistillationInfo? distilled)
    {
        if (options.Teacher is not null)
        {
            return options.Teacher.Clone();
        }

        var sampling = teacher.Sampling.Clone();
        sampling.DdimEta = 0;
        (sampling.Sampler, sampling.Steps) = distilled is not null
            ? (SamplerType.Ddim, distilled.SamplingSteps)
            : options.Method == DistillationMethod.Progressive
                ? (SamplerType.Ddim, ProgressiveSteps(options.SamplingSteps))
                : (SamplerType.DpmSolverPlusPlus2M, Math.Max(StepsPerSegment, (MinSteps + options.SamplingSteps - 1) / options.SamplingSteps) * options.SamplingSteps);
        return sampling;
    }

    /// <summary>The options of the student: the teacher's network, another training, and the few steps.</summary>
    /// <param name="options">The distillation's.</param>
    /// <param name="teacher">The teacher's.</param>
    /// <param name="guidanceScale">What the teacher draws with.</param>
    public static SimpleDiffusionOptions Create(DistillationOptions options, SimpleDiffusionOptions teacher, float guidanceScale)
    {
        var student = teacher.Clone();
        student.Training = options.Training.Clone();
        student.Compute = options.Compute.Clone();
        student.Seed = options.Seed;
        student.ImageColumnName = options.ImageColumnName ?? teacher.ImageColumnName;
        student.ConditionColumnName = options.ConditionColumnName ?? teacher.ConditionColumnName;
        (student.InputImageColumnName, student.MaskColumnName, student.NegativePromptColumnName) = (null, null, null);

        // A student learns at the places of its own few steps, all alike.
        var usual = new DiffusionOptions();
        (student.Diffusion.NoiseDraws, student.Diffusion.ScheduleDrawsFrom) = (NoiseDraws.Schedule, usual.ScheduleDrawsFrom);
        (student.Diffusion.LogSnrMean, student.Diffusion.LogSnrDeviation) = (usual.LogSnrMean, usual.LogSnrDeviation);
        student.Diffusion.LearnedUncertainty = false;

        // What is learnt is a function, and its target is not noisy.
        student.Network.Dropout = 0;
        student.Sampling = Sampling(teacher.Sampling, options.SamplingSteps);
        student.Sampling.GuidanceScale = options.MaxGuidanceScale is null ? 1 : guidanceScale;
        return student;
    }

    /// <summary>The one way in which a student draws: DDIM, whose steps are what it has learnt. Its predictions on the way are no images, and are not clipped.</summary>
    /// <param name="teacher">Has what does not belong to the way.</param>
    /// <param name="steps">Network evaluations.</param>
    public static SamplingOptions Sampling(SamplingOptions teacher, int steps) => new()
    {
        Sampler = SamplerType.Ddim,
        Steps = steps,
        Thresholding = ThresholdingType.None,
        Portrait = teacher.Portrait,
        BatchSize = teacher.BatchSize,
        Seed = teacher.Seed,
        FreshSeeds = teacher.FreshSeeds,
        OutputSeedColumnName = teacher.OutputSeedColumnName,
    };

    private static int ProgressiveSteps(int steps)
    {
        int all = 2 * steps;
        while (all < MinProgressiveSteps)
        {
            all *= 2;
        }

        return all;
    }
}
