using System.CommandLine;
using ExampleData;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Training;

/// <summary><c>evaluate</c>: holds out a fifth of the pictures, and measures the QuickStart's model on them before, during and after the training.</summary>
internal static class EvaluateCommand
{
    /// <summary>The training is measured after each quarter.</summary>
    private const int Parts = 4;

    public static System.CommandLine.Command Create()
    {
        var images = new Option<DirectoryInfo?>("--images") { Description = "Pictures, a folder per class, instead of drawn shapes." };
        var output = new Option<DirectoryInfo>("--output") { Description = "Folder for the shapes and for evaluation.md.", DefaultValueFactory = _ => new DirectoryInfo("evaluate-output") };
        var size = new Option<int>("--size") { Description = "Height and width of the pictures in pixels.", DefaultValueFactory = _ => 32 };
        var steps = new Option<int>("--steps") { Description = "Training steps.", DefaultValueFactory = _ => 560 };
        var threads = new Option<int?>("--threads") { Description = "CPU threads; by default one per core." };
        var command = new System.CommandLine.Command("evaluate", "Measures the QuickStart's model on held-out pictures while it trains.") { images, output, size, steps, threads };
        command.SetAction(result => ConsoleProgram.Run(stop =>
        {
            string folder = result.GetRequiredValue(output).FullName;
            string data = result.GetValue(images)?.FullName ?? ShapeDataSet.Draw(Path.Combine(folder, "shapes"));
            var options = QuickStartOptions.Create(result.GetValue(size), result.GetValue(steps), result.GetValue(threads));
            string table = Train(data, options, stop);
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "evaluation.md"), table);
            Console.Write(table);
        }));
        return command;
    }

    private static string Train(string folder, SimpleDiffusionOptions options, CancellationToken cancellationToken)
    {
        var context = new MLContext(seed: 1);
        var split = HeldOut.Split(context, folder);
        using var distance = context.ImageGeneration().TrainClassifierDistance(split.TrainSet, split.TestSet, new ClassifierDistanceOptions
        {
            ImageColumnName = options.ImageColumnName,
            LabelColumnName = options.ConditionColumnName!,
            ImageSize = options.ImageHeight,
            MaxImages = split.HeldOutCount,

            // Without guidance: with it pictures vary less than real ones, and the distance would tell more of that than of the training.
            Sampling = new SamplingOptions { Sampler = options.Sampling.Sampler, Steps = options.Sampling.Steps },
            CancellationToken = cancellationToken,
        });
        using var progress = new ConsoleTrainingProgress();
        options.Training.Metrics = [distance];
        options.Training.EvaluateEverySteps = (options.Training.Steps + Parts - 1) / Parts;
        options.Training.Progress = progress;
        options.Training.CancellationToken = cancellationToken;
        using var model = context.Transforms.SimpleDiffusion(options).Fit(split.TrainSet, split.TestSet);
        return Table(model.History, distance);
    }

    private static string Table(TrainingHistory history, ClassifierDistanceMetric distance)
    {
        string[] names = [.. history.Evaluations.SelectMany(evaluation => evaluation.Metrics.Keys).Distinct()];
        return string.Join(
            '\n',
            [
                $"| step | {string.Join(" | ", names)} |",
                $"| --- | {string.Join(" | ", names.Select(_ => "---"))} |",
                .. history.Evaluations.Select(evaluation => Invariant($"| {evaluation.Step} | {string.Join(" | ", names.Select(name => Invariant($"{evaluation.Metrics[name]:F3}")))} |")),
                string.Empty,
                Invariant($"Real pictures have a classifier distance of {distance.Floor:F2} to other real ones, and noise has {distance.Ceiling:F2}. It is not a FID."),
                string.Empty,
            ]);
    }
}
