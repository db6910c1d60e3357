// Trains a diffusion model on images in a folder per class, saves it, and generates a grid of new ones.
using System.CommandLine;
using ExampleData;
using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion;

var images = new Option<DirectoryInfo?>("--images") { Description = "Train on these images (a folder per class) instead of drawing shapes." };
var output = new Option<DirectoryInfo>("--output") { Description = "Folder for everything that is written.", DefaultValueFactory = _ => new DirectoryInfo("quickstart-output") };
var size = new Option<int>("--size") { Description = "Height and width of the images in pixels.", DefaultValueFactory = _ => 32 };
var steps = new Option<int>("--steps") { Description = "Training steps.", DefaultValueFactory = _ => 560 };
var batch = new Option<int>("--batch") { Description = "Images per training step.", DefaultValueFactory = _ => 16 };
var learningRate = new Option<double>("--learning-rate") { Description = "Peak learning rate.", DefaultValueFactory = _ => 3e-3 };
var noise = new Option<int?>("--noise-resolution") { Description = "Lower puts more of the training on coarse structure. By default half the size, at most 64." };
var patches = new Option<int>("--patch-levels") { Description = "Wavelet levels that the network works below: 0, or 1 or 2 to train large images faster." };
var flip = new Option<bool>("--flip") { Description = "Mirror images at random (suits photos, not digits)." };
var checkpoints = new Option<DirectoryInfo?>("--checkpoints") { Description = "Folder for checkpoints; a run that was stopped goes on from there." };
var precision = new Option<ComputePrecision>("--precision") { Description = "Auto, Float32 or BFloat16." };
var threads = new Option<int?>("--threads") { Description = "CPU threads; by default one per core." };

var command = new RootCommand("Trains a diffusion model on images in a folder per class, and generates a grid of new ones.")
{
    images, output, size, steps, batch, learningRate, noise, patches, flip, checkpoints, precision, threads,
};
command.SetAction(line => ConsoleProgram.Run(stop =>
{
    string folder = line.GetRequiredValue(output).FullName;
    var context = new MLContext(seed: 1);
    IDataView data = context.Data.LoadFromImageFolder(
        line.GetValue(images)?.FullName ?? ShapeDataSet.Draw(Path.Combine(folder, "shapes")),
        new ImageFolderOptions { Condition = ImageFolderCondition.Folders });
    IDataView keyed = context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    Console.WriteLine($"{data.GetRowCount()} images");

    using var progress = new ConsoleTrainingProgress();
    var options = new SimpleDiffusionOptions
    {
        ImageColumnName = "ImagePath",
        ConditionColumnName = "Label",
        ImageHeight = line.GetValue(size),
        ImageWidth = line.GetValue(size),
        Seed = 1,
    };

    // More noise than the default: a short training does best to learn the coarse structure first.
    options.Diffusion.NoiseResolution = line.GetValue(noise) ?? Math.Clamp(line.GetValue(size) / 2, 1, 64);
    options.Network.Patching = line.GetValue(patches) > 0 ? PatchingType.Dwt : PatchingType.None;
    options.Network.PatchLevels = Math.Max(1, line.GetValue(patches));
    options.Training.Steps = line.GetValue(steps);
    options.Training.BatchSize = line.GetValue(batch);
    options.Training.Optimizer = OptimizerType.Muon;
    options.Training.LearningRate = line.GetValue(learningRate);
    options.Training.LearningRateDecay = LearningRateDecay.Cosine;
    options.Training.EmaDecay = 0.995;
    options.Training.RandomHorizontalFlip = line.GetValue(flip);
    options.Training.CheckpointDirectory = line.GetValue(checkpoints)?.FullName;
    options.Training.Progress = progress;
    options.Training.CancellationToken = stop;
    options.Training.OnCancellation = CancellationBehavior.ReturnModel;
    options.Sampling.Sampler = SamplerType.DpmSolverPlusPlus2M;
    options.Sampling.Steps = 25;
    options.Sampling.GuidanceScale = 2;
    options.Compute.Precision = line.GetValue(precision);
    options.Compute.Threads = line.GetValue(threads);

    Directory.CreateDirectory(folder);
    string modelFile = Path.Combine(folder, "model.zip");
    using (var trained = context.Transforms.SimpleDiffusion(options).Fit(keyed))
    {
        context.Model.SaveAtomically(trained, data.Schema, modelFile);
        progress.Dispose();
        Console.WriteLine($"Trained {trained.ParameterCount:N0} parameters. Wrote {modelFile}");
    }

    // From here on the model is the one in the file, as in any program that only generates.
    using var model = (SimpleDiffusionTransformer)context.Model.LoadChecked(modelFile, out _);
    model.GenerateGrid(Path.Combine(folder, "grid.png"), cancellationToken: stop);
    Console.WriteLine($"Wrote {Path.Combine(folder, "grid.png")}, a row for each of {model.Labels.Count} classes");
}));
return command.Parse(args).Invoke();
