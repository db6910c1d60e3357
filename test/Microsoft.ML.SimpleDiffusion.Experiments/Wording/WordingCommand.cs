using System.CommandLine;
using System.Diagnostics;
using ExampleData;
using ExampleData.Scenes;
using Microsoft.ML.SimpleDiffusion.Experiments.Judging;
using Microsoft.ML.SimpleDiffusion.MiniLM;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Wording;

/// <summary><c>wording</c>: whether a frozen text encoder helps with captions in words that were not trained on.</summary>
internal static class WordingCommand
{
    private const int TrainingSalt = 1;

    /// <summary>The longest caption of the exam has fewer.</summary>
    private const int MaxTokens = 20;

    private const string EmbeddingColumn = "TextEmbedding";

    public static System.CommandLine.Command Create()
    {
        var size = new Option<int>("--size") { Description = "Height and width of the pictures in pixels.", DefaultValueFactory = _ => 16 };
        var steps = new Option<int>("--steps") { Description = "Training steps of 32 pictures, for each model.", DefaultValueFactory = _ => 1_500 };
        var examples = new Option<int>("--examples") { Description = "Drawn pictures to train on.", DefaultValueFactory = _ => 4_000 };
        var judged = new Option<int>("--judged") { Description = "Pictures to judge, for each kind of caption and each model.", DefaultValueFactory = _ => 190 };
        var guidance = new Option<float>("--guidance") { Description = "The guidance scale.", DefaultValueFactory = _ => 2 };
        var samplingSteps = new Option<int>("--sampling-steps") { Description = "Network evaluations per generated picture; with guidance twice as many.", DefaultValueFactory = _ => 10 };
        var threads = new Option<int?>("--threads") { Description = "CPU threads; by default one per core." };
        var output = new Option<DirectoryInfo>("--output") { Description = "Folder for wording.md.", DefaultValueFactory = _ => new DirectoryInfo("wording-output") };
        var command = new System.CommandLine.Command("wording", "Compares MiniLM embeddings with the built-in text encoder on captions in other words than those of the training.")
        {
            size, steps, examples, judged, guidance, samplingSteps, threads, output,
        };
        command.SetAction(result => ConsoleProgram.Run(stop =>
        {
            var context = new MLContext(seed: 1);
            var basis = Options(result.GetValue(size), result.GetValue(steps), result.GetValue(threads), stop);
            SceneObject[] trained = [.. ObjectDataSet.All.Where(what => !ObjectDataSet.IsHeldOut(what))];
            var data = new ObjectDataSet(trained, basis.ImageHeight, TrainingSalt).Take(context, result.GetValue(examples));
            using var encoder = context.Transforms.Text.EncodeMiniLM(
                new MiniLMEncoderOptions { OutputColumnName = EmbeddingColumn, MaxTokens = MaxTokens, Threads = result.GetValue(threads) }).Fit(data);
            using var bytes = Train(context, "bytes", basis, nameof(CaptionedPixels.Caption), data, encoder: null);
            using var embeddings = Train(context, "MiniLM", basis, EmbeddingColumn, data, encoder);
            Log.Write("Training the judge");
            using var judge = new ObjectJudge(basis.ImageHeight, stop);
            Log.Write("Judging");
            string table = new WordingExam(judge, result.GetValue(judged), result.GetValue(guidance), result.GetValue(samplingSteps)).Report([("bytes", bytes), ("MiniLM", embeddings)]);
            string folder = Directory.CreateDirectory(result.GetRequiredValue(output).FullName).FullName;
            File.WriteAllText(Path.Combine(folder, "wording.md"), table);
            Console.Write(table);
            Log.Write("Done");
        }));
        return command;
    }

    private static PictureGenerator Train(MLContext context, string name, SimpleDiffusionOptions basis, string conditionColumn, IDataView data, MiniLMEncodingTransformer? encoder)
    {
        var options = basis.Clone();
        options.ConditionColumnName = conditionColumn;
        var clock = Stopwatch.StartNew();
        var model = context.Transforms.SimpleDiffusion(options).Fit(encoder?.Transform(data) ?? data);
        Log.Write($"Trained {name}: {model.ParameterCount:N0} weights, {clock.Elapsed.TotalSeconds:N0} s");
        return new PictureGenerator(context, model, encoder);
    }

    /// <summary>The sample TextToImage in small: most of the work where objects are told apart.</summary>
    private static SimpleDiffusionOptions Options(int size, int steps, int? threads, CancellationToken stop)
    {
        var options = new SimpleDiffusionOptions { ImageColumnName = nameof(CaptionedPixels.Pixels), ImageHeight = size, ImageWidth = size, Seed = 1 };
        (options.Network.BaseChannels, options.Network.EmbeddingChannels, options.Network.TransformerBlocks) = (32, 128, 2);
        (options.Network.ChannelMultipliers, options.Network.BlocksPerLevel) = ([1, 3], [1]);
        (options.Network.TextEncoder.Width, options.Network.TextEncoder.Depth, options.Network.TextEncoder.Heads) = (96, 2, 4);
        options.Diffusion.NoiseResolution = Math.Clamp(size / 2, 1, 64);
        (options.Training.Steps, options.Training.BatchSize, options.Training.LearningRate) = (steps, 32, 1e-3);
        (options.Training.LearningRateDecay, options.Training.EmaDecay) = (LearningRateDecay.Cosine, 0.995);
        options.Training.CancellationToken = stop;
        options.Compute.Threads = threads;
        return options;
    }
}
