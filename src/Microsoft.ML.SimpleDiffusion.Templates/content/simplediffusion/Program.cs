// Trains an image generator on a folder of images, saves it, and generates a grid of new ones.
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion;

if (args.Length is not (1 or 2))
{
    Console.Error.WriteLine("Usage: ImageGenerator IMAGES [OUTPUT]");
    Console.Error.WriteLine("IMAGES: a folder with a folder of images for each class, or with images and captions.tsv, or with images alone.");
    return 2;
}

string output = Directory.CreateDirectory(args.ElementAtOrDefault(1) ?? "output").FullName;
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    // The first Ctrl+C ends the training with the model as it is then.
    e.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};

// Column ImagePath, and Label or Caption if the folder says what the images show.
var context = new MLContext(seed: 1);
IDataView images = context.Data.LoadFromImageFolder(args[0]);
string? condition = new[] { "Label", "Caption" }.FirstOrDefault(name => images.Schema.GetColumnOrNull(name) is not null);
IDataView rows = condition == "Label" ? context.Transforms.Conversion.MapValueToKey("Label").Fit(images).Transform(images) : images;
Console.WriteLine($"{images.GetRowCount()} images{(condition is null ? "" : $" with a {condition.ToLowerInvariant()} each")}");

using var progress = new ConsoleTrainingProgress();
var options = new SimpleDiffusionOptions
{
    ImageColumnName = "ImagePath",
    ConditionColumnName = condition,
    ImageHeight = IMAGE_SIZE,
    ImageWidth = IMAGE_SIZE,
    Seed = 1,
};

// For minutes on a CPU. More steps make better images: then leave the learning rate and the noise as they are by default.
options.Training.Steps = TRAINING_STEPS;
options.Training.BatchSize = 16;
options.Training.LearningRate = 3e-3;
options.Training.LearningRateDecay = LearningRateDecay.Cosine;
options.Training.EmaDecay = 0.995;
options.Diffusion.NoiseResolution = IMAGE_SIZE / 2;
options.Training.CheckpointDirectory = Path.Combine(output, "checkpoints");
options.Training.Progress = progress;
options.Training.CancellationToken = stop.Token;
options.Training.OnCancellation = CancellationBehavior.ReturnModel;
options.Sampling.Sampler = SamplerType.DpmSolverPlusPlus2M;
options.Sampling.Steps = 25;
options.Sampling.GuidanceScale = condition is null ? 1 : 2;

string modelFile = Path.Combine(output, "model.zip");
using (var trained = context.Transforms.SimpleDiffusion(options).Fit(rows))
{
    context.Model.SaveAtomically(trained, images.Schema, modelFile);
}

progress.Dispose();
Console.WriteLine($"Wrote {modelFile}");

// From here on as in any program that only generates.
using var model = (SimpleDiffusionTransformer)context.Model.LoadChecked(modelFile, out _);
string gridFile = Path.Combine(output, "grid.png");
string[]? captions = condition == "Caption" ? [.. images.GetColumn<string>("Caption").Distinct().Take(8)] : null;
model.GenerateGrid(gridFile, captions, columns: 8, seed: 1);
Console.WriteLine($"Wrote {gridFile}");
return 0;
