namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>What a student is said to have been made of, where no distillation has been run.</summary>
internal static class StudentInfo
{
    /// <param name="steps">Steps in which the student draws.</param>
    public static DistillationInfo Of(int steps) => new()
    {
        Method = DistillationMethod.Segment,
        SamplingSteps = steps,
        TeacherSteps = 64,
        TeacherSampler = SamplerType.Ddim,
        GuidanceScale = 3,
        GuidanceIntervalStart = 0,
        GuidanceIntervalEnd = 1,
        GuidanceRescale = 0,
        TeacherThresholding = ThresholdingType.None,
        OwnStateShare = 0.5,
        TargetReuse = 4,
        TeacherSha256 = new string('0', 64),
        TeacherTrainedSteps = 1,
    };
}
