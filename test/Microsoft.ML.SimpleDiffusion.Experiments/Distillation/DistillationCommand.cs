using System.CommandLine;
using ExampleData;
using Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Distillation;

/// <summary><c>distill</c>: ways to distill a trained model, compared at equal cost.</summary>
internal static class DistillationCommand
{
    public static System.CommandLine.Command Create()
    {
        var model = new Option<FileInfo>("--model") { Description = "The teacher, a model.zip such as the QuickStart's.", Required = true };
        var pictures = new Option<DirectoryInfo>("--images") { Description = "Pictures of its classes, a folder per class.", Required = true };
        var count = new Option<int>("--samples") { Description = "Pictures to generate with each student.", DefaultValueFactory = _ => 500 };
        var budget = new Option<int>("--budget") { Description = "Forward passes of a batch that each distillation may take; a backward pass counts as two.", DefaultValueFactory = _ => 2_400 };
        var reference = new Option<int>("--reference-steps") { Description = "Steps of DDPM that the teacher is measured at.", DefaultValueFactory = _ => 250 };
        var batch = new Option<int>("--batch") { Description = "Pictures in a batch.", DefaultValueFactory = _ => 16 };
        var learningRate = new Option<double>("--learning-rate") { Description = "Peak learning rate of the students.", DefaultValueFactory = _ => 5e-4 };
        var steps = new Option<int[]>("--steps") { Description = "Steps of the students.", DefaultValueFactory = _ => [1, 2, 4, 8], AllowMultipleArgumentsPerToken = true };
        var seeds = new Option<int[]>("--seeds") { Description = "Seeds of the distillations.", DefaultValueFactory = _ => [1], AllowMultipleArgumentsPerToken = true };
        var variants = new Option<string[]>("--variants") { Description = "Which ways; by default all.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        var output = new Option<DirectoryInfo>("--output") { Description = "Folder for distillation.md and the students.", DefaultValueFactory = _ => new DirectoryInfo("distillation-output") };
        var command = new System.CommandLine.Command("distill", "Compares ways to distill a trained model, at equal cost.")
        {
            model, pictures, count, reference, budget, batch, learningRate, steps, seeds, variants, output,
        };
        command.SetAction(result => ConsoleProgram.Run(stop =>
        {
            var folder = result.GetRequiredValue(output);
            folder.Create();
            using var measurement = new ModelMeasurement(result.GetRequiredValue(model), result.GetRequiredValue(pictures), result.GetValue(count), Log.Write, stop);
            var comparison = new DistillationComparison(measurement, folder, Log.Write, stop)
            {
                ReferenceSteps = result.GetValue(reference),
                Budget = result.GetValue(budget),
                BatchSize = result.GetValue(batch),
                LearningRate = result.GetValue(learningRate),
                Steps = result.GetRequiredValue(steps),
                Seeds = result.GetRequiredValue(seeds),
                Variants = result.GetRequiredValue(variants),
            };
            string text = comparison.Measure();
            File.WriteAllText(Path.Combine(folder.FullName, "distillation.md"), text);
            Console.Write(text);
        }));
        return command;
    }
}
