namespace Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;

/// <summary>What a distillation costs beside the student's own forward and backward pass.</summary>
internal static class DistillationWork
{
    /// <summary>Evaluations of the network for one image of a step, on average.</summary>
    /// <param name="info">What is distilled.</param>
    /// <param name="perStep">Evaluations that a step of the teacher takes: two with guidance.</param>
    public static double EvaluationsPerImage(DistillationInfo info, int perStep)
    {
        if (info.Method == DistillationMethod.Consistency)
        {
            // And the student's own jump.
            return perStep + 1;
        }

        int steps = info.TeacherSteps / info.SamplingSteps;
        bool beginsWithHeun = info.TeacherSampler == SamplerType.DpmSolverPlusPlus2M && steps > 1;
        double target = perStep * (steps + (beginsWithHeun ? 1 : 0)), way = info.SamplingSteps - 1;
        return (info.OwnStateShare * (target + way)) + ((1 - info.OwnStateShare) * target / info.TargetReuse);
    }
}
