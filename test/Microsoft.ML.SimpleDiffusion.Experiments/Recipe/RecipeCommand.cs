using System.CommandLine;
using ExampleData;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.Experiments.Seeds;
using Microsoft.ML.SimpleDiffusion.Experiments.Training;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Recipe;

/// <summary><c>recipe</c>: whether a change to the QuickStart's options makes better pictures, with several seeds.</summary>
internal static class RecipeCommand
{
    public static System.CommandLine.Command Create()
    {
        var images = new Option<DirectoryInfo?>("--images") { Description = "Pictures, a folder per class; a fifth is held out. By default drawn shapes." };
        var variants = new Option<string[]>("--variants") { Description = "What differs: 'base' 'muon: Training.Optimizer=Muon; Training.Steps=500'.", Required = true, AllowMultipleArgumentsPerToken = true };
        var size = new Option<int>("--size") { Description = "Height and width of the pictures in pixels.", DefaultValueFactory = _ => 32 };
        var steps = new Option<int>("--steps") { Description = "Training steps.", DefaultValueFactory = _ => 560 };
        var seeds = new Option<int>("--seeds") { Description = "Seeds to train each with.", DefaultValueFactory = _ => 3 };
        var pictures = new Option<int>("--pictures") { Description = "Pictures to generate for each measurement, without guidance.", DefaultValueFactory = _ => 1_000 };
        var threads = new Option<int?>("--threads") { Description = "CPU threads; by default one per core." };
        var output = new Option<DirectoryInfo>("--output") { Description = "Folder for everything that is written. A comparison that was stopped goes on from there.", DefaultValueFactory = _ => new DirectoryInfo("recipe-output") };
        var command = new System.CommandLine.Command("recipe", "Compares options by the pictures that models trained with them make.") { images, variants, size, steps, seeds, pictures, threads, output };
        command.SetAction(result => ConsoleProgram.Run(stop =>
        {
            string folder = result.GetRequiredValue(output).FullName;
            string data = result.GetValue(images)?.FullName ?? ShapeDataSet.Draw(Path.Combine(folder, "shapes"));
            var context = new MLContext(seed: 1);
            var basis = QuickStartOptions.Create(result.GetValue(size), result.GetValue(steps), result.GetValue(threads));
            var all = result.GetRequiredValue(variants).Select(text => RecipeVariant.Parse(text, basis)).Select(variant => (variant.Name, variant.Options)).ToList();
            var (training, validation, _) = HeldOut.Split(context, data);
            using var metric = context.ImageGeneration().TrainClassifierDistance(training, validation, new ClassifierDistanceOptions
            {
                ImageColumnName = basis.ImageColumnName,
                LabelColumnName = basis.ConditionColumnName!,
                ImageSize = basis.ImageHeight,
                MaxImages = result.GetValue(pictures),
                Sampling = new SamplingOptions { Sampler = basis.Sampling.Sampler, Steps = basis.Sampling.Steps, BatchSize = 64 },
                CancellationToken = stop,
            });
            Log.Write(metric.ToString());
            string table = new SeedComparison(context, training, validation, metric, folder).Compare(all, result.GetValue(seeds), stop);
            File.WriteAllText(Path.Combine(folder, "recipe.md"), table);
            Console.Write(table);
        }));
        return command;
    }
}
