using System.CommandLine;
using ExampleData;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.Experiments.Training;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Seeds;

/// <summary><c>seeds</c>: whether one model's options stay better than another's with other seeds.</summary>
internal static class SeedsCommand
{
    public static System.CommandLine.Command Create()
    {
        var models = new Option<FileInfo[]>("--models") { Description = "Models whose options are compared, such as a sweep's best.zip and the QuickStart's model.zip.", Required = true, AllowMultipleArgumentsPerToken = true };
        var images = new Option<DirectoryInfo>("--images") { Description = "The pictures they were trained on, a folder per class; a fifth is held out.", Required = true };
        var seeds = new Option<int>("--seeds") { Description = "Seeds to train each with.", DefaultValueFactory = _ => 2 };
        var pictures = new Option<int>("--pictures") { Description = "Pictures to generate for each measurement.", DefaultValueFactory = _ => 256 };
        var output = new Option<DirectoryInfo>("--output") { Description = "Folder for everything that is written. A comparison that was stopped goes on from there.", DefaultValueFactory = _ => new DirectoryInfo("seeds-output") };
        var command = new System.CommandLine.Command("seeds", "Trains models again with other seeds, and compares them by the classifier distance.") { models, images, seeds, pictures, output };
        command.SetAction(result => ConsoleProgram.Run(stop =>
        {
            var context = new MLContext(seed: 1);
            var all = result.GetRequiredValue(models).Select(file => (Path.GetFileNameWithoutExtension(file.Name), OptionsOf(context, file))).ToList();
            var (training, validation, _) = HeldOut.Split(context, result.GetRequiredValue(images).FullName);
            using var metric = context.ImageGeneration().TrainClassifierDistance(training, validation, new ClassifierDistanceOptions
            {
                ImageColumnName = "ImagePath",
                LabelColumnName = "Label",
                ImageSize = all[0].Item2.ImageHeight,
                MaxImages = result.GetValue(pictures),
                Sampling = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 12, BatchSize = 64 },
                CancellationToken = stop,
            });
            Log.Write(metric.ToString());
            string folder = result.GetRequiredValue(output).FullName;
            string table = new SeedComparison(context, training, validation, metric, folder).Compare(all, result.GetValue(seeds), stop);
            File.WriteAllText(Path.Combine(folder, "seeds.md"), table);
            Console.Write(table);
        }));
        return command;
    }

    private static SimpleDiffusionOptions OptionsOf(MLContext context, FileInfo file)
    {
        using var model = context.Model.LoadChecked(file.FullName, out _) as SimpleDiffusionTransformer ?? throw new FormatException($"'{file}' is no image generator.");
        return model.Options;
    }
}
