// Trains a model that draws what a caption says, and generates a grid: a row per caption.
using System.CommandLine;
using ExampleData;
using ExampleData.Scenes;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion;

var images = new Option<DirectoryInfo?>("--images") { Description = "Train on the images of this folder and its captions file, instead of on drawn scenes." };
var captions = new Option<FileInfo?>("--captions") { Description = "The captions file; by default captions.tsv, captions.csv or metadata.csv in the folder." };
var captionColumn = new Option<string?>("--caption-column") { Description = "Its column with the captions; by default caption or text." };
var where = new Option<string?>("--where") { Description = "Use only its rows with this value, such as \"split=train\"." };
var prompts = new Option<string[]>("--prompts") { Description = "Captions of the grid.", AllowMultipleArgumentsPerToken = true };
var output = new Option<DirectoryInfo>("--output") { Description = "Folder for everything that is written.", DefaultValueFactory = _ => new DirectoryInfo("texttoimage-output") };
var size = new Option<int>("--size") { Description = "Height and width of the images in pixels.", DefaultValueFactory = _ => 32 };
var steps = new Option<int>("--steps") { Description = "Training steps of 32 images.", DefaultValueFactory = _ => 7_500 };
var checkpoints = new Option<DirectoryInfo?>("--checkpoints") { Description = "Folder for checkpoints; a run that was stopped goes on from there." };
var threads = new Option<int?>("--threads") { Description = "CPU threads; by default one per core." };

var command = new RootCommand("Trains a model that draws what a caption says.") { images, captions, captionColumn, where, prompts, output, size, steps, checkpoints, threads };
command.SetAction(line => ConsoleProgram.Run(stop =>
{
    var context = new MLContext(seed: 1);
    string folder = line.GetRequiredValue(output).FullName;
    string[]? condition = line.GetValue(where)?.Split('=', 2);
    bool isDrawn = line.GetValue(images) is null;
    IDataView data = line.GetValue(images) is not DirectoryInfo own ? SceneDataSet.Training(context, line.GetValue(size)) : context.Data.LoadFromImageFolder(own.FullName, new()
    {
        Condition = ImageFolderCondition.Captions,
        CaptionsFile = line.GetValue(captions)?.FullName,
        CaptionColumnName = line.GetValue(captionColumn),
        Where = condition is null ? null : row => row.GetValueOrDefault(condition[0]) == condition[^1],
    });

    using var progress = new ConsoleTrainingProgress();
    var options = new SimpleDiffusionOptions
    {
        ImageColumnName = isDrawn ? "Pixels" : "ImagePath",
        ConditionColumnName = "Caption",
        ImageHeight = line.GetValue(size),
        ImageWidth = line.GetValue(size),
        Seed = 1,
    };

    // Most of the work where objects are told apart and put in place: a wide transformer at a quarter of the resolution, and few convolutions around it.
    (options.Network.BaseChannels, options.Network.EmbeddingChannels, options.Network.TransformerBlocks) = (32, 128, 4);
    (options.Network.ChannelMultipliers, options.Network.BlocksPerLevel) = ([1, 2, 6], [1, 2]);
    (options.Network.TextEncoder.Width, options.Network.TextEncoder.Depth, options.Network.TextEncoder.Heads) = (128, 3, 4);

    // More noise than the default: a short training does best to learn the coarse structure first.
    options.Diffusion.NoiseResolution = Math.Clamp(line.GetValue(size) / 2, 1, 64);
    options.Training.Steps = line.GetValue(steps);
    options.Training.BatchSize = 32;
    options.Training.LearningRate = 1e-3;
    options.Training.LearningRateDecay = LearningRateDecay.Cosine;
    options.Training.EmaDecay = 0.999;
    options.Training.CheckpointDirectory = line.GetValue(checkpoints)?.FullName;
    options.Training.Progress = progress;
    options.Training.CancellationToken = stop;
    options.Training.OnCancellation = CancellationBehavior.ReturnModel;
    options.Sampling = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 20, GuidanceScale = 2, BatchSize = 32 };
    options.Compute.Threads = line.GetValue(threads);

    using var model = context.Transforms.SimpleDiffusion(options).Fit(data);
    Directory.CreateDirectory(folder);
    context.Model.SaveAtomically(model, data.Schema, Path.Combine(folder, "model.zip"));
    progress.Dispose();
    Console.WriteLine($"Trained {model.ParameterCount:N0} parameters. Wrote {Path.Combine(folder, "model.zip")}");

    var rows = line.GetValue(prompts) is { Length: > 0 } asked ? asked
        : isDrawn ? SceneDataSet.SomeCaptions(10)
        : data.GetColumn<string>("Caption").Distinct().Take(10).ToArray();
    model.GenerateGrid(Path.Combine(folder, "grid.png"), rows, columns: 8, cancellationToken: stop);
    Console.WriteLine($"Wrote {Path.Combine(folder, "grid.png")}, a row for each of {rows.Count} captions");
}));
return command.Parse(args).Invoke();
