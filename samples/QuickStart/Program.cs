using System.CommandLine;
using Microsoft.ML.SimpleDiffusion;
using QuickStart;

var images = new Option<DirectoryInfo?>("--images") { Description = "Train on these pictures (a folder per class) instead of drawing shapes." };
var size = new Option<int>("--size") { Description = "Height and width of the pictures in pixels.", DefaultValueFactory = _ => 32 };
var steps = new Option<int>("--steps") { Description = "Training steps.", DefaultValueFactory = _ => 560 };
var batch = new Option<int>("--batch") { Description = "Pictures per training step.", DefaultValueFactory = _ => 16 };
var learningRate = new Option<double>("--learning-rate") { Description = "Peak learning rate.", DefaultValueFactory = _ => 3e-3 };
var noiseResolution = new Option<int?>("--noise-resolution") { Description = "Resolution whose noise schedule is used; lower puts more of the training on coarse structure. By default half the size, at most 64." };
var patchLevels = new Option<int>("--patch-levels") { Description = "Wavelet levels that the network works below: 0, or 1 or 2 to train large pictures faster.", DefaultValueFactory = _ => 0 };
var flip = new Option<bool>("--flip") { Description = "Mirror pictures at random (suits photos, not digits)." };
var device = new Option<ComputeDevice>("--device") { Description = "Auto, Cpu or Cuda.", DefaultValueFactory = _ => ComputeDevice.Auto };
var precision = new Option<ComputePrecision>("--precision") { Description = "Auto, Float32 or BFloat16.", DefaultValueFactory = _ => ComputePrecision.Auto };
var threads = new Option<int?>("--threads") { Description = "CPU threads; by default one per core." };
var seed = new Option<int>("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 1 };
var guidance = new Option<float>("--guidance") { Description = "Guidance scale of the generated pictures; 1 is off.", DefaultValueFactory = _ => 2 };
var samplingSteps = new Option<int>("--sampling-steps") { Description = "Network evaluations per generated picture.", DefaultValueFactory = _ => 25 };
var checkpoints = new Option<DirectoryInfo?>("--checkpoints") { Description = "Folder for checkpoints; a run that was stopped goes on from there." };
var output = new Option<DirectoryInfo>("--output") { Description = "Folder for everything that is written.", DefaultValueFactory = _ => new DirectoryInfo("quickstart-output") };
var lossLog = new Option<FileInfo?>("--loss-log") { Description = "Write step, loss and speed to this CSV file." };
var evaluate = new Option<bool>("--evaluate") { Description = "Hold out a fifth of the pictures, and measure the model on them before, during and after the training." };
var verbose = new Option<bool>("--verbose") { Description = "Show the log of the MLContext, and stack traces of errors." };

var command = new RootCommand("Trains a diffusion model on pictures in a folder per class, and generates a grid of new ones.")
{
    images, size, steps, batch, learningRate, noiseResolution, patchLevels, flip, device, precision, threads, seed, guidance, samplingSteps, checkpoints, output, lossLog, evaluate, verbose,
};
command.SetAction((result, cancellationToken) => Task.FromResult(QuickStartRun.Execute(
    new Settings
    {
        Images = result.GetValue(images),
        Size = result.GetValue(size),
        Steps = result.GetValue(steps),
        Batch = result.GetValue(batch),
        LearningRate = result.GetValue(learningRate),
        NoiseResolution = result.GetValue(noiseResolution),
        PatchLevels = result.GetValue(patchLevels),
        Flip = result.GetValue(flip),
        Device = result.GetValue(device),
        Precision = result.GetValue(precision),
        Threads = result.GetValue(threads),
        Seed = result.GetValue(seed),
        Guidance = result.GetValue(guidance),
        SamplingSteps = result.GetValue(samplingSteps),
        Checkpoints = result.GetValue(checkpoints),
        Output = result.GetValue(output)!,
        LossLog = result.GetValue(lossLog),
        Evaluate = result.GetValue(evaluate),
        Verbose = result.GetValue(verbose),
    },
    cancellationToken)));
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(10) });
