using System.CommandLine;
using ExampleData;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary><c>ablations</c>: the variants of the paper's tables at a small scale.</summary>
internal static class AblationsCommand
{
    public static System.CommandLine.Command Create()
    {
        var images = new Option<DirectoryInfo>("--images") { Description = "Training pictures, a folder per class.", Required = true };
        var validation = new Option<DirectoryInfo?>("--validation") { Description = "Held-out pictures, a folder per class." };
        var table = new Option<string>("--table") { Description = "Table of the paper.", DefaultValueFactory = _ => "all" };
        table.AcceptOnlyFromAmong("2", "3", "4", "5", "6", "all");
        var variants = new Option<string[]>("--variants") { Description = "Names of variants, as in the report; by default all.", AllowMultipleArgumentsPerToken = true };
        var size = new Option<int>("--size") { Description = "Height and width of the pictures in pixels, a power of two.", DefaultValueFactory = _ => 64 };
        var steps = new Option<int?>("--steps") { Description = "Training steps of each variant." };
        var minutes = new Option<double?>("--minutes") { Description = "Training minutes of each variant instead of steps; turned into steps by speeds measured in turns." };
        var baseChannels = new Option<int>("--base-channels") { Description = "Channels that the paper's multipliers apply to; the paper has 128.", DefaultValueFactory = _ => 16 };
        var batch = new Option<int>("--batch") { Description = "Pictures per training step.", DefaultValueFactory = _ => 16 };
        var learningRate = new Option<double>("--learning-rate") { Description = "Peak learning rate.", DefaultValueFactory = _ => 1e-3 };
        var loss = new Option<LossType>("--loss") { Description = "Training loss. Auto is the paper's for the U-Net, Epsilon; V learns coarse structure in fewer steps.", DefaultValueFactory = _ => LossType.Auto };
        var samples = new Option<int>("--samples") { Description = "Pictures to generate for each variant, at most as many as are held out.", DefaultValueFactory = _ => 256 };
        var samplingSteps = new Option<int>("--sampling-steps") { Description = "Network evaluations per generated picture.", DefaultValueFactory = _ => 25 };
        var precision = new Option<ComputePrecision>("--precision") { Description = "Auto, Float32 or BFloat16.", DefaultValueFactory = _ => ComputePrecision.Auto };
        var threads = new Option<int?>("--threads") { Description = "CPU threads; by default one per core." };
        var seed = new Option<int>("--seed") { Description = "Seed of everything random in training.", DefaultValueFactory = _ => 1 };
        var output = new Option<DirectoryInfo>("--output") { Description = "Folder for everything that is written. A run that was stopped goes on from there.", DefaultValueFactory = _ => new DirectoryInfo("ablations-output") };
        var speedOnly = new Option<bool>("--speed-only") { Description = "Measure training steps per second of the variants in turns, and train nothing." };
        var rounds = new Option<int>("--rounds") { Description = "Turns of each variant with --speed-only.", DefaultValueFactory = _ => 5 };
        var secondsPerRound = new Option<int>("--round-seconds") { Description = "Length of a turn with --speed-only.", DefaultValueFactory = _ => 15 };

        var command = new System.CommandLine.Command("ablations", "Trains the variants of tables 2 to 6 of the simple diffusion paper at a small scale, and reports how they compare.")
        {
            images, validation, table, variants, size, steps, minutes, baseChannels, batch, learningRate, loss, samples, samplingSteps, precision, threads, seed, output, speedOnly, rounds, secondsPerRound,
        };
        command.SetAction(result => ConsoleProgram.Run(stop => Execute(
            new Settings
            {
                Images = result.GetRequiredValue(images),
                Validation = result.GetValue(validation),
                Output = result.GetRequiredValue(output),
                Table = result.GetRequiredValue(table),
                Variants = result.GetValue(variants) ?? [],
                Scale = new Scale
                {
                    Size = result.GetValue(size),
                    Steps = result.GetValue(steps),
                    Minutes = result.GetValue(minutes),
                    BaseChannels = result.GetValue(baseChannels),
                    Batch = result.GetValue(batch),
                    LearningRate = result.GetValue(learningRate),
                    Loss = result.GetValue(loss),
                    Samples = result.GetValue(samples),
                    SamplingSteps = result.GetValue(samplingSteps),
                    Precision = result.GetValue(precision),
                    Seed = result.GetValue(seed),
                },
                Threads = result.GetValue(threads),
                SpeedOnly = result.GetValue(speedOnly),
                Rounds = result.GetValue(rounds),
                SecondsPerRound = result.GetValue(secondsPerRound),
            },
            stop)));
        return command;
    }

    private static void Execute(Settings settings, CancellationToken cancellationToken)
    {
        settings.Validate();
        var run = new AblationRun(settings, Log.Write, cancellationToken);
        if (settings.SpeedOnly)
        {
            run.MeasureSpeed();
        }
        else
        {
            run.Execute();
        }
    }
}
