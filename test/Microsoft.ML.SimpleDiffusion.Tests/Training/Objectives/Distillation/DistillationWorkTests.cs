using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Objectives.Distillation;

[TestClass]
public class DistillationWorkTests
{
    /// <summary>As docs/few-steps.md counts.</summary>
    [TestMethod]
    [DataRow(DistillationMethod.Segment, SamplerType.Ddim, 16, 1, 0.0, 1, 4.0)]
    [DataRow(DistillationMethod.Segment, SamplerType.DpmSolverPlusPlus2M, 16, 1, 0.0, 1, 5.0)]
    [DataRow(DistillationMethod.Segment, SamplerType.DpmSolverPlusPlus2M, 16, 2, 0.0, 1, 10.0)]
    [DataRow(DistillationMethod.Segment, SamplerType.DpmSolverPlusPlus2M, 4, 1, 0.0, 1, 1.0)]
    [DataRow(DistillationMethod.Segment, SamplerType.DpmSolverPlusPlus2M, 16, 2, 0.5, 4, (0.5 * 13) + (0.5 * 2.5))]
    [DataRow(DistillationMethod.Segment, SamplerType.Ddim, 16, 1, 1.0, 4, 7.0)]
    [DataRow(DistillationMethod.Progressive, SamplerType.Ddim, 8, 1, 0.5, 4, (0.5 * 5) + (0.5 * 0.5))]
    [DataRow(DistillationMethod.Consistency, SamplerType.Ddim, 32, 1, 0.5, 4, 2.0)]
    [DataRow(DistillationMethod.Consistency, SamplerType.Ddim, 32, 2, 0.5, 4, 3.0)]
    public void Evaluations_beside_the_students_own_are_those_of_its_method(
        DistillationMethod method, SamplerType sampler, int teacherSteps, int perStep, double ownStates, int reuse, double expected)
    {
        var info = StudentInfo.Of(4) with { Method = method, TeacherSampler = sampler, TeacherSteps = teacherSteps, OwnStateShare = ownStates, TargetReuse = reuse };

        Assert.AreEqual(expected, DistillationWork.EvaluationsPerImage(info, perStep), 1e-12);
    }
}
