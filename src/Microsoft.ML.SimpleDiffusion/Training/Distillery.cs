using System.Globalization;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>Distills in one run, or, with the method Progressive, in stages: each learns two steps of the stage before as one.</summary>
internal static class Distillery
{
    /// <param name="environment">ML.NET's environment.</param>
    /// <param name="job">What is to be distilled.</param>
    /// <inheritdoc cref="SimpleDiffusionDistillationEstimator.Fit(IDataView)" path="/exception"/>
    public static TrainedModel Run(IHostEnvironment environment, TrainingJob job)
        => job.Distillation!.Info.Method == DistillationMethod.Progressive ? RunStages(environment, job) : TrainingLoop.Run(environment, job);

    private static TrainedModel RunStages(IHostEnvironment environment, TrainingJob job)
    {
        var distillation = job.Distillation!;
        int[] stages = [.. Stages(distillation.Info)];
        var teacher = distillation.Teacher.Share();
        for (int i = 0; i < stages.Length; i++)
        {
            using var before = teacher;
            teacher = TrainingLoop.Run(environment, Stage(job, before, stages[i], i, stages.Length));
        }

        // What it comes from in the end is the first teacher.
        return teacher.DistilledFrom(distillation.Info);
    }

    /// <summary>Steps of the student at the end of each stage: half of the teacher's, half of that, … down to those that are asked for.</summary>
    private static IEnumerable<int> Stages(DistillationInfo info)
    {
        for (int steps = info.TeacherSteps / 2; steps >= info.SamplingSteps; steps /= 2)
        {
            yield return steps;
        }
    }

    /// <summary>Guidance and thresholding are learnt in the first stage; later ones learn from what knows them, and belong to it.</summary>
    private static TrainingJob Stage(TrainingJob job, TrainedModel teacher, int steps, int stage, int stages)
    {
        var distillation = job.Distillation!;
        var options = job.Options.Clone();
        options.Sampling.Steps = steps;
        options.Training.Steps = Math.Max(job.Options.Training.Steps / stages, 1);
        if (options.Training.CheckpointDirectory is string directory)
        {
            options.Training.CheckpointDirectory = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"stage-{stage + 1}-of-{stages}"));
        }

        var info = distillation.Info with { SamplingSteps = steps, TeacherSha256 = stage == 0 ? distillation.Info.TeacherSha256 : teacher.HashWeights() };
        var sampling = stage == 0 ? distillation.Sampling.Clone() : StudentOptions.Sampling(distillation.Sampling, 2 * steps);
        return job with
        {
            Options = options,
            Distillation = new DistillationJob(info, teacher, sampling),
        };
    }
}
