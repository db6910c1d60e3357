// Distills a saved model into one that draws in a few steps, and shows both at work: the same seeds, and how long each takes.
using System.Diagnostics;
using ExampleData;
using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion;

if (args.Length < 2)
{
    Console.Error.WriteLine("Usage: Distill MODEL.zip IMAGES [STEPS], where IMAGES is a folder per class, such as the model was trained on");
    return 1;
}

return ConsoleProgram.Run(stop =>
{
    var context = new MLContext(seed: 1);
    using var teacher = context.Model.LoadChecked(args[0], out _) as SimpleDiffusionTransformer ?? throw new FormatException($"'{args[0]}' is no image generator.");
    IDataView images = context.Data.LoadFromImageFolder(args[1], new ImageFolderOptions { Condition = ImageFolderCondition.Folders });
    IDataView keyed = context.Transforms.Conversion.MapValueToKey("Label").Fit(images).Transform(images);
    using var progress = new ConsoleTrainingProgress();
    var options = new DistillationOptions { ImageColumnName = "ImagePath", ConditionColumnName = "Label", Seed = 1 };
    options.SamplingSteps = args.Length > 2 ? int.Parse(args[2]) : 4;
    options.Training.Progress = progress;
    options.Training.CancellationToken = stop;

    using var student = context.Transforms.DistillSimpleDiffusion(teacher, options).Fit(keyed);
    progress.Dispose();
    context.Model.SaveAtomically(student, inputSchema: null, "student.zip");

    foreach (var (name, model) in new[] { ("teacher", teacher), ("student", student) })
    {
        var clock = Stopwatch.StartNew();
        model.GenerateGrid($"{name}.png", seed: 1, cancellationToken: stop);
        Console.WriteLine($"Wrote {name}.png: {model.Options.Sampling.Steps} steps, {clock.Elapsed.TotalSeconds:F1} s");
    }
});
