using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary><c>simple-diffusion distill</c>: from a model to one that draws in a few steps.</summary>
internal static class DistillCommand
{
    public static System.CommandLine.Command Create(CommandRunner runner)
    {
        var model = ModelArgument.Create();
        var images = new ImageArguments();
        var output = new ModelOutput("student.zip");
        var steps = new Option<int>("--steps") { Description = "Steps in which the new model draws: 1, 2, 4 or 8 are usual.", DefaultValueFactory = _ => new DistillationOptions().SamplingSteps };
        var method = new Option<DistillationMethod>("--method") { Description = "Where it learns from.", DefaultValueFactory = _ => new DistillationOptions().Method };
        var guidance = new Option<float?>("--guidance") { Description = "Guidance scale that becomes part of the new model. By default the model's own." };
        var range = new Option<float?>("--max-guidance") { Description = "Lets the new model draw with any guidance scale from 1 to this one. By default it knows one." };
        var teacherSteps = new Option<int?>("--teacher-steps") { Description = "Steps in which the model draws that it learns from, a multiple of --steps. By default eight times as many, at least 16." };
        var trainingSteps = new Option<int>("--training-steps") { Description = "Training steps.", DefaultValueFactory = _ => new DistillationOptions().Training.Steps };
        var batch = new Option<int>("--batch") { Description = "Images in a training step.", DefaultValueFactory = _ => new DistillationOptions().Training.BatchSize };
        var rate = new Option<double>("--learning-rate") { Description = "Peak learning rate.", DefaultValueFactory = _ => new DistillationOptions().Training.LearningRate };
        var seed = new Option<int?>("--seed") { Description = "Seed of everything random." };
        var command = new System.CommandLine.Command("distill", "Makes of a model one that draws in a few steps. Started again after an interruption it goes on where it was.")
        {
            model, images.Folder, steps, method, guidance, range, teacherSteps, trainingSteps, batch, rate, seed,
        };
        images.AddTo(command);
        output.AddTo(command);
        runner.SetAction(command, (result, session) =>
        {
            var options = new DistillationOptions
            {
                SamplingSteps = result.GetValue(steps),
                Method = result.GetValue(method),
                MaxGuidanceScale = result.GetValue(range),
                Seed = result.GetValue(seed),
                Compute = session.Compute,
            };
            options.Training.Steps = result.GetValue(trainingSteps);
            options.Training.BatchSize = result.GetValue(batch);
            options.Training.LearningRate = result.GetValue(rate);
            options.Training.CancellationToken = session.CancellationToken;
            output.Apply(result, options.Training);
            session.RequireLibTorch();
            var context = session.CreateContext(options.Seed);
            using var teacher = ModelFile.Load(context, result.GetRequiredValue(model), session.Compute);
            options.Teacher = Teacher(options, teacher.Model, result.GetValue(guidance), result.GetValue(teacherSteps));
            Execute(result, session, context, teacher.Model, images.Read(result), options, output);
        });
        return command;
    }

    /// <summary>How the teacher draws, if it is told anything; else null, for what the library chooses.</summary>
    private static SamplingOptions? Teacher(DistillationOptions options, SimpleDiffusionTransformer teacher, float? guidance, int? steps)
    {
        if (guidance is null && steps is null)
        {
            return null;
        }

        DistillationValidator.ValidateRanges(options);
        var sampling = StudentOptions.TeacherSampling(options, teacher.Options, teacher.Distillation);
        sampling.GuidanceScale = guidance ?? sampling.GuidanceScale;
        sampling.Steps = steps ?? sampling.Steps;
        return sampling;
    }

    private static void Execute(
        ParseResult result, Session session, MLContext context, SimpleDiffusionTransformer teacher, ImageInput input, DistillationOptions options, ModelOutput output)
    {
        var images = input.Load(context);
        session.Screen.Hint(images.Description);
        images.NameColumns(options);
        var data = images.ForTraining(context);
        output.Write(result, session, context, images, progress =>
        {
            options.Training.Progress = progress;
            return context.Transforms.DistillSimpleDiffusion(teacher, options).Fit(data);
        });
    }
}
