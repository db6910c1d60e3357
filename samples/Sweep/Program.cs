// Looks for better training options than QuickStart's by successive halving, with the classifier distance as the measure.
using System.CommandLine;
using ExampleData;
using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.SimpleDiffusion.Evaluation;

var images = new Option<DirectoryInfo?>("--images") { Description = "Images, a folder per class, instead of drawn shapes." };
var output = new Option<DirectoryInfo>("--output") { Description = "Folder for everything that is written. A sweep that was stopped goes on from there.", DefaultValueFactory = _ => new DirectoryInfo("sweep-output") };
var size = new Option<int>("--size") { Description = "Height and width of the images in pixels.", DefaultValueFactory = _ => 32 };
var trials = new Option<int>("--trials") { Description = "Trials, the default included.", DefaultValueFactory = _ => 12 };
var steps = new Option<int>("--steps") { Description = "Training steps of a trial that is trained to the end.", DefaultValueFactory = _ => 560 };
var pictures = new Option<int>("--pictures") { Description = "Images to generate for each measurement.", DefaultValueFactory = _ => 256 };
var processes = new Option<int>("--processes") { Description = "Processes that train at the same time.", DefaultValueFactory = _ => 1 };
var threads = new Option<int?>("--threads") { Description = "CPU threads of each process; by default the cores are shared out." };

var command = new RootCommand("Looks for better training options than QuickStart's by successive halving.") { images, output, size, trials, steps, pictures, processes, threads };
command.SetAction(line => ConsoleProgram.Run(stop =>
{
    var context = new MLContext(seed: 1);
    string folder = line.GetRequiredValue(output).FullName;
    IDataView data = context.Data.LoadFromImageFolder(
        line.GetValue(images)?.FullName ?? ShapeDataSet.Draw(Path.Combine(folder, "shapes")),
        new ImageFolderOptions { Condition = ImageFolderCondition.Folders });
    var split = context.Data.TrainTestSplit(context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data), testFraction: 0.2, seed: 1);
    using var metric = context.ImageGeneration().TrainClassifierDistance(split.TrainSet, split.TestSet, new ClassifierDistanceOptions
    {
        ImageColumnName = "ImagePath",
        LabelColumnName = "Label",
        ImageSize = line.GetValue(size),
        MaxImages = line.GetValue(pictures),

        // The same for every trial, and quick.
        Sampling = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 12, BatchSize = 64 },

        // In every process the same, down to rounding.
        Compute = new ComputeOptions { Threads = line.GetValue(threads) ?? Math.Max(1, Environment.ProcessorCount / line.GetValue(processes)) },
        CancellationToken = stop,
    });
    Console.WriteLine(metric);

    // QuickStart's options: the default that the sweep is to beat.
    var options = new SimpleDiffusionOptions { ImageColumnName = "ImagePath", ConditionColumnName = "Label", ImageHeight = line.GetValue(size), ImageWidth = line.GetValue(size), Seed = 1 };
    options.Diffusion.NoiseResolution = Math.Clamp(line.GetValue(size) / 2, 1, 64);
    options.Network.Patching = PatchingType.None;
    options.Training = new TrainingOptions { Steps = line.GetValue(steps), BatchSize = 16, LearningRate = 3e-3, LearningRateDecay = LearningRateDecay.Cosine, EmaDecay = 0.995 };
    options.Sampling = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 25 };
    options.Compute.Threads = line.GetValue(threads);

    SweepResult result = context.ImageGeneration().Sweep(split.TrainSet, split.TestSet, new SweepOptions
    {
        Base = options,
        Metric = metric,
        Directory = Path.Combine(folder, "sweep"),
        Strategy = SweepStrategy.SuccessiveHalving,
        Trials = line.GetValue(trials),

        // After a ninth of the steps, where halving would begin, all models are still as far off as noise.
        FirstRungSteps = Math.Max(1, line.GetValue(steps) / 3),
        ParallelProcesses = line.GetValue(processes),
        Parameters =
        [
            SweepParameter.Range("Training.LearningRate", 1e-3, 1e-2, log: true),
            SweepParameter.Choice("Training.LearningRateDecay", LearningRateDecay.Constant, LearningRateDecay.Cosine),
            SweepParameter.Range("Diffusion.NoiseResolution", line.GetValue(size) / 4, line.GetValue(size)),
            "Training.AdamBeta2",
        ],
        Progress = new Progress<SweepProgress>(now => Console.WriteLine($"{now.FinishedTrainings} of {now.TotalTrainings} trainings; best so far: trial {now.Best?.Number}")),
        CancellationToken = stop,
    });
    File.WriteAllText(Path.Combine(folder, "sweep.md"), result.ToMarkdown());
    Console.Write(result.ToMarkdown());
    using var best = result.LoadBest();
    context.Model.SaveAtomically(best, data.Schema, Path.Combine(folder, "best.zip"));
}));
return command.Parse(args).Invoke();
