namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Checks what a distillation is asked to do, and what is asked of a model that has been distilled.</summary>
internal static class DistillationValidator
{
    private const int MaxSamplingSteps = 64;
    private const double GridTolerance = 1e-4;

    /// <summary>Checks what can be known without the teacher.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static void ValidateRanges(DistillationOptions options)
    {
        Require.Range(nameof(options.SamplingSteps), options.SamplingSteps, 1, MaxSamplingSteps);
        Require.Defined(nameof(options.Method), options.Method);
        Require.That(nameof(options.MaxGuidanceScale), options.MaxGuidanceScale, options.MaxGuidanceScale is null or (> 1 and <= OptionsValidator.MaxGuidanceScale), $"must be above 1 and at most {OptionValue.Text(OptionsValidator.MaxGuidanceScale)}");
        Require.Range(nameof(options.OwnStateShare), options.OwnStateShare, 0, 1);
        Require.AtLeast(nameof(options.TargetReuse), options.TargetReuse, 1);
        Require.NotEmptyUnlessNull(nameof(options.ImageColumnName), options.ImageColumnName);
        Require.NotEmptyUnlessNull(nameof(options.ConditionColumnName), options.ConditionColumnName);
    }

    /// <summary>Checks options, whose ranges have been, against the teacher.</summary>
    /// <param name="options">The distillation's.</param>
    /// <param name="sampling">How the teacher draws.</param>
    /// <param name="teacher">The teacher's options.</param>
    /// <param name="distilled">What the teacher itself has been made of, or null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or asks of the teacher what it cannot do.</exception>
    public static void Validate(DistillationOptions options, SamplingOptions sampling, SimpleDiffusionOptions teacher, DistillationInfo? distilled)
    {
        Require.That("teacher", teacher.Diffusion.Prediction, teacher.Diffusion.Prediction == PredictionType.V, $"must be a model that predicts v (Diffusion.Prediction): this one predicts {teacher.Diffusion.Prediction}, from which no single step leads out of pure noise");
        Require.That("Training.HalfResolutionShare", options.Training.HalfResolutionShare, options.Training.HalfResolutionShare == 0, "must be 0: the teacher knows images of its own size only");
        Require.That("Training.CropShare", options.Training.CropShare, options.Training.CropShare == 0, "must be 0: a student learns where its teacher takes whole images");
        Require.That("Training.AugmentationShare", options.Training.AugmentationShare, options.Training.AugmentationShare == 0, "must be 0: a student learns where its teacher arrives, which no augmentation changes");
        Require.That("Compute.ShardWeights", options.Compute.ShardWeights, !options.Compute.ShardWeights, "must be false: a student is evaluated between its training steps, for which its weights must be there");
        ValidateSampler(options, sampling);
        ValidateSteps(options, sampling, distilled);
        ValidateGuidanceRange(options, sampling, teacher);
        if (distilled is not null)
        {
            ValidateStudentAsTeacher(options, sampling, distilled);
        }
    }

    /// <summary>Checks how a distilled model is to draw. Other models may do as they like.</summary>
    /// <param name="options">The model's options, with new ones for generation.</param>
    /// <param name="distilled">What the model has been made of, or null.</param>
    /// <exception cref="ArgumentOutOfRangeException">Something is asked of the model that it has not learnt.</exception>
    public static void ValidateGeneration(SimpleDiffusionOptions options, DistillationInfo? distilled)
    {
        if (distilled is null)
        {
            return;
        }

        var sampling = options.Sampling;
        string model = $"the model has been distilled to draw in {Steps(distilled.SamplingSteps)}";
        Require.That("Sampling.Steps", sampling.Steps, sampling.Steps == distilled.SamplingSteps, $"must be {distilled.SamplingSteps}: {model}");
        Require.That("Sampling.Sampler", sampling.Sampler, sampling.Sampler == SamplerType.Ddim, $"must be Ddim: {model} of that sampler");
        Require.That("Sampling.DdimEta", sampling.DdimEta, sampling.DdimEta == 0, $"must be 0: {model} without noise");
        if (distilled.MaxGuidanceScale is float largest)
        {
            Require.That("Sampling.GuidanceScale", sampling.GuidanceScale, sampling.GuidanceScale >= 1 && sampling.GuidanceScale <= largest, $"must be 1 to {OptionValue.Text(largest)}: the model has been distilled for these scales");
            Require.That("Sampling.GuidanceRescale", sampling.GuidanceRescale, sampling.GuidanceRescale == 0, "must be 0: how guided predictions are scaled back is part of the model");
            Require.That("Sampling.GuidanceIntervalStart", sampling.GuidanceIntervalStart, sampling.GuidanceIntervalStart == 0, "must be 0: when guidance begins is part of the model");
            Require.That("Sampling.GuidanceIntervalEnd", sampling.GuidanceIntervalEnd, sampling.GuidanceIntervalEnd == 1, "must be 1: when guidance ends is part of the model");
        }
        else
        {
            Require.That("Sampling.GuidanceScale", sampling.GuidanceScale, sampling.GuidanceScale == 1, $"must be 1: guidance of scale {OptionValue.Text(distilled.GuidanceScale)} is part of the model, and another needs another distillation");
        }

        Require.That("NegativePromptColumnName", options.NegativePromptColumnName, options.NegativePromptColumnName is null, "must be null: guidance is part of a distilled model, which cannot be led away from anything else");
        double position = sampling.Strength * distilled.SamplingSteps;
        Require.That("Sampling.Strength", sampling.Strength, Math.Abs(position - Math.Round(position)) <= GridTolerance && position > 0.5, $"must be a multiple of 1/{distilled.SamplingSteps}: {model}, which begin there");
    }

    private static void ValidateSampler(DistillationOptions options, SamplingOptions sampling)
    {
        bool isDeterministic = sampling.Sampler == SamplerType.DpmSolverPlusPlus2M || (sampling.Sampler == SamplerType.Ddim && sampling.DdimEta == 0);
        Require.That("Teacher.Sampler", sampling.Sampler, isDeterministic, "must be DpmSolverPlusPlus2M, or Ddim with DdimEta 0: a student learns where the teacher arrives, which must not be chance");
        Require.That("Teacher.Sampler", sampling.Sampler, options.Method != DistillationMethod.Progressive || sampling.Sampler == SamplerType.Ddim, "must be Ddim with the method Progressive, which learns two of its steps as one");
        Require.That("Teacher.Strength", sampling.Strength, sampling.Strength == 1, "must be 1: a student learns the whole way");
    }

    private static void ValidateSteps(DistillationOptions options, SamplingOptions sampling, DistillationInfo? distilled)
    {
        int steps = options.SamplingSteps;
        if (distilled is not null)
        {
            Require.That(
                nameof(options.SamplingSteps), steps, distilled.SamplingSteps % steps == 0 && steps < distilled.SamplingSteps,
                $"must divide {distilled.SamplingSteps} and be less: the teacher has itself been distilled to {Steps(distilled.SamplingSteps)}, and knows no others");
        }

        Require.That("Teacher.Steps", sampling.Steps, sampling.Steps % steps == 0 && sampling.Steps > 0, $"must be a multiple of SamplingSteps ({steps}), so that the student's steps begin and end where the teacher's do");
        if (options.Method == DistillationMethod.Progressive)
        {
            int ratio = sampling.Steps / steps;
            Require.That("Teacher.Steps", sampling.Steps, int.IsPow2(ratio) && ratio > 1, $"must be SamplingSteps ({steps}) times 2, 4, 8 or another power of two with the method Progressive, which halves them");
            Require.That("Training.StopAtStep", options.Training.StopAtStep, options.Training.StopAtStep is null, "must be null with the method Progressive, whose stages are runs of their own");
        }
    }

    private static void ValidateGuidanceRange(DistillationOptions options, SamplingOptions sampling, SimpleDiffusionOptions teacher)
    {
        if (options.MaxGuidanceScale is float largest)
        {
            Require.That(nameof(options.MaxGuidanceScale), largest, teacher.ConditionColumnName is not null, "must be null with a teacher without a condition, which cannot be guided");
            Require.That("Teacher.GuidanceScale", sampling.GuidanceScale, sampling.GuidanceScale >= 1 && sampling.GuidanceScale <= largest, $"must be 1 to MaxGuidanceScale ({OptionValue.Text(largest)}): it is what the student draws with unless told otherwise");
        }
    }

    private static void ValidateStudentAsTeacher(DistillationOptions options, SamplingOptions sampling, DistillationInfo distilled)
    {
        if (distilled.MaxGuidanceScale is float known)
        {
            Require.That("Teacher.GuidanceScale", sampling.GuidanceScale, sampling.GuidanceScale >= 1 && sampling.GuidanceScale <= known, $"must be 1 to {OptionValue.Text(known)}: the teacher has itself been distilled for these scales");
            Require.That(nameof(options.MaxGuidanceScale), options.MaxGuidanceScale, (options.MaxGuidanceScale ?? 1) <= known, $"must be at most {OptionValue.Text(known)}: the teacher has itself been distilled for no larger scale");
        }
        else
        {
            Require.That("Teacher.GuidanceScale", sampling.GuidanceScale, sampling.GuidanceScale == 1, $"must be 1: guidance of scale {OptionValue.Text(distilled.GuidanceScale)} is part of the teacher already");
            Require.That(nameof(options.MaxGuidanceScale), options.MaxGuidanceScale, options.MaxGuidanceScale is null, $"must be null: guidance of scale {OptionValue.Text(distilled.GuidanceScale)} is part of the teacher already");
        }

        Require.That("Teacher.Steps", sampling.Steps, sampling.Steps == distilled.SamplingSteps, $"must be {distilled.SamplingSteps}: the teacher has itself been distilled to {Steps(distilled.SamplingSteps)}");
        Require.That("Teacher.Sampler", sampling.Sampler, sampling.Sampler == SamplerType.Ddim, "must be Ddim for a teacher that has itself been distilled");
    }

    private static string Steps(int count) => count == 1 ? "1 step" : $"{count} steps";
}
