using System.CommandLine;
using Microsoft.ML.SimpleDiffusion;
using TextToImage;

var captions = new Option<FileInfo?>("--captions") { Description = "Train on the pictures of this file (tab-separated, first line: names of columns) instead of drawing scenes." };
var images = new Option<DirectoryInfo?>("--images") { Description = "The folder that the paths in the captions file start from." };
var fileColumn = new Option<string>("--file-column") { Description = "Column of the captions file with the pictures' paths.", DefaultValueFactory = _ => "file" };
var captionColumn = new Option<string>("--caption-column") { Description = "Column of the captions file with the captions.", DefaultValueFactory = _ => "caption" };
var where = new Option<string[]>("--where") { Description = "Use only rows of the captions file with this value, such as \"split=train\". May be repeated.", AllowMultipleArgumentsPerToken = true };
var background = new Option<string>("--background") { Description = "Colour behind transparent pictures.", DefaultValueFactory = _ => "#ffffff" };
var model = new Option<FileInfo?>("--model") { Description = "Use this trained model instead of training one." };
var prompts = new Option<string[]>("--prompts") { Description = "Captions to generate pictures of, instead of the usual ones.", AllowMultipleArgumentsPerToken = true };
var size = new Option<int>("--size") { Description = "Height and width of the pictures in pixels.", DefaultValueFactory = _ => 32 };
var steps = new Option<int>("--steps") { Description = "Training steps.", DefaultValueFactory = _ => 7_500 };
var batch = new Option<int>("--batch") { Description = "Pictures per training step.", DefaultValueFactory = _ => 32 };
var learningRate = new Option<double>("--learning-rate") { Description = "Peak learning rate.", DefaultValueFactory = _ => 1e-3 };
var device = new Option<ComputeDevice>("--device") { Description = "Auto, Cpu or Cuda.", DefaultValueFactory = _ => ComputeDevice.Auto };
var precision = new Option<ComputePrecision>("--precision") { Description = "Auto, Float32 or BFloat16.", DefaultValueFactory = _ => ComputePrecision.Auto };
var threads = new Option<int?>("--threads") { Description = "CPU threads; by default one per core." };
var seed = new Option<int>("--seed") { Description = "Seed of everything random in training.", DefaultValueFactory = _ => 1 };
var samplingSteps = new Option<int>("--sampling-steps") { Description = "Network evaluations per generated picture.", DefaultValueFactory = _ => 20 };
var judged = new Option<int>("--judged") { Description = "Pictures to judge, for trained and for held-out combinations, at each guidance scale.", DefaultValueFactory = _ => 500 };
var checkpoints = new Option<DirectoryInfo?>("--checkpoints") { Description = "Folder for checkpoints; a run that was stopped goes on from there." };
var output = new Option<DirectoryInfo>("--output") { Description = "Folder for everything that is written.", DefaultValueFactory = _ => new DirectoryInfo("texttoimage-output") };
var lossLog = new Option<FileInfo?>("--loss-log") { Description = "Write step, loss and speed to this CSV file." };
var verbose = new Option<bool>("--verbose") { Description = "Show the log of the MLContext, and stack traces of errors." };

var command = new RootCommand("Trains a model that draws what a caption says, and judges how well it does on combinations that it has never seen.")
{
    captions, images, fileColumn, captionColumn, where, background, model, prompts, size, steps, batch, learningRate, device, precision, threads, seed, samplingSteps,
    judged, checkpoints, output, lossLog, verbose,
};
command.SetAction((result, cancellationToken) => Task.FromResult(TextToImageRun.Execute(
    new Settings
    {
        Captions = result.GetValue(captions),
        Images = result.GetValue(images),
        FileColumn = result.GetRequiredValue(fileColumn),
        CaptionColumn = result.GetRequiredValue(captionColumn),
        Where = result.GetValue(where) ?? [],
        Background = result.GetRequiredValue(background),
        Model = result.GetValue(model),
        Prompts = result.GetValue(prompts) ?? [],
        Size = result.GetValue(size),
        Steps = result.GetValue(steps),
        Batch = result.GetValue(batch),
        LearningRate = result.GetValue(learningRate),
        Device = result.GetValue(device),
        Precision = result.GetValue(precision),
        Threads = result.GetValue(threads),
        Seed = result.GetValue(seed),
        SamplingSteps = result.GetValue(samplingSteps),
        Judged = result.GetValue(judged),
        Checkpoints = result.GetValue(checkpoints),
        Output = result.GetRequiredValue(output),
        LossLog = result.GetValue(lossLog),
        Verbose = result.GetValue(verbose),
    },
    cancellationToken)));

// A signal ends the training between two steps; then its checkpoint and the model so far are written.
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(10) });
