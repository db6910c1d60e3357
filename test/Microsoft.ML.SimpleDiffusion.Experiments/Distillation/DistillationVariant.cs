namespace Microsoft.ML.SimpleDiffusion.Experiments.Distillation;

/// <summary>A way to distill.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Method">The method.</param>
/// <param name="OwnStateShare">Share of the steps from the student's own states.</param>
/// <param name="TargetReuse">How often an answer of the teacher is used.</param>
internal sealed record DistillationVariant(string Name, DistillationMethod Method, double OwnStateShare, int TargetReuse)
{
    /// <summary>What is compared.</summary>
    public static IReadOnlyList<DistillationVariant> All { get; } =
    [
        new("segment", DistillationMethod.Segment, 0.5, 4),
        new("segment, from images only", DistillationMethod.Segment, 0, 4),
        new("segment, from own states only", DistillationMethod.Segment, 1, 1),
        new("segment, each answer once", DistillationMethod.Segment, 0.5, 1),
        new("progressive", DistillationMethod.Progressive, 0.5, 4),
        new("consistency", DistillationMethod.Consistency, 0, 1),
    ];

    /// <summary>Forward passes that a training step takes on average, of which the student's own and its backward pass are three.</summary>
    /// <param name="steps">The student's steps.</param>
    /// <param name="teacher">How the teacher draws.</param>
    public double CostPerStep(int steps, SamplingOptions teacher)
    {
        const int Training = 3;
        double evaluation = teacher.GuidanceScale == 1 ? 1 : 2;
        switch (Method)
        {
            case DistillationMethod.Consistency:
                return Training + evaluation + 1;
            case DistillationMethod.Progressive:
                // Guidance is in the first of the stages; what the students of the others do on their way to their own states is half of their steps.
                double stages = Math.Log2((double)teacher.Steps / steps), ofTeacher = 2 * (evaluation + stages - 1) / stages;
                return Training + Mixed(ofTeacher, (teacher.Steps - steps) / (2 * stages));
            default:
                // Heun's first step is one evaluation more.
                return Training + Mixed(((teacher.Steps / steps) + 1) * evaluation, (steps - 1) / 2.0);
        }
    }

    private double Mixed(double ofTeacher, double way) => (OwnStateShare * (ofTeacher + way)) + ((1 - OwnStateShare) * ofTeacher / TargetReuse);
}
