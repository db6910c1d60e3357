using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Model;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;

/// <summary>What is to be known of a teacher before a student learns from it.</summary>
internal static class Teacher
{
    /// <summary>What a student is conditioned on: what its teacher is, and on guidance scales if it learns several.</summary>
    /// <param name="job">What is distilled.</param>
    /// <param name="data">What the data shows.</param>
    /// <exception cref="ArgumentException">The data has what the teacher does not know.</exception>
    public static ConditionDescription ConditionOfStudent(DistillationJob job, ConditionDescription data)
    {
        var teacher = job.Teacher.Configuration.Condition;
        if (teacher.Kind != data.Kind)
        {
            throw new ArgumentException($"The teacher is conditioned on {Text(teacher.Kind)}, but the data has {Text(data.Kind)}.", "input");
        }

        var known = ClassLabels.Places(teacher.ClassLabels);
        string[] unknown = [.. data.ClassLabels.Where(label => !known.ContainsKey(label))];
        return unknown.Length == 0
            ? teacher with { HasGuidanceInput = job.Info.MaxGuidanceScale is not null }
            : throw new ArgumentException($"The data has the classes {ClassLabels.List(unknown)}, which the teacher does not know. It knows {ClassLabels.List(teacher.ClassLabels)}.", "input");
    }

    /// <summary>The teacher where its student computes: itself, or a copy where it is elsewhere.</summary>
    /// <param name="job">What is distilled.</param>
    /// <param name="target">Where the student computes.</param>
    /// <param name="warn">Is told if a copy computes otherwise.</param>
    /// <returns>An owner, to be disposed of.</returns>
    /// <exception cref="InvalidOperationException">A weight of the teacher is not finite.</exception>
    public static TeacherSolver Borrow(DistillationJob job, ComputeTarget target, Action<string> warn)
    {
        bool isHere = job.Teacher.Use(model => model.Target.Device.ToString() == target.Device.ToString() && model.Target.Precision == target.Precision);
        var teacher = isHere ? job.Teacher.Share() : job.Teacher.CopyTo(Like(target), warn);
        try
        {
            RequireFinite(teacher);
            return new TeacherSolver(teacher, job.Sampling);
        }
        catch
        {
            teacher.Dispose();
            throw;
        }
    }

    private static ComputeOptions Like(ComputeTarget target) => new()
    {
        Device = target.IsCuda ? ComputeDevice.Cuda : ComputeDevice.Cpu,
        DeviceIndex = Math.Max(target.Device.index, 0),
        Precision = target.Precision,
    };

    private static void RequireFinite(TrainedModel teacher) => teacher.Use(model =>
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return model.Network.named_parameters().FirstOrDefault(weight => !isfinite(weight.parameter).all().item<bool>()).name is string name
            ? throw new InvalidOperationException($"The teacher's weight '{name}' is not finite: it has nothing to teach.")
            : true;
    });

    private static string Text(ConditionKind kind) => kind switch
    {
        ConditionKind.None => "nothing",
        ConditionKind.Class => "classes",
        ConditionKind.Text => "captions",
        _ => "embeddings of captions",
    };
}
