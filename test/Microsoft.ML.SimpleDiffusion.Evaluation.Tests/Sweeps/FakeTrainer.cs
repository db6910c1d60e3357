using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Sweeps;

/// <summary>Leaves a checkpoint and a model behind as a training does, and takes the metric from a function.</summary>
/// <param name="metric">The metric that the options bring; may throw.</param>
internal sealed class FakeTrainer(Func<SimpleDiffusionOptions, double> metric) : ITrialTrainer
{
    /// <summary>The options of each training, in order.</summary>
    public List<SimpleDiffusionOptions> Trained { get; } = [];

    /// <summary>How often the data was read.</summary>
    public int Readings { get; private set; }

    public RunData ReadData(SimpleDiffusionOptions options)
    {
        Readings++;
        return new RunData(new DataDigest(1, "images", "conditions", "rows"), Validation: null);
    }

    public double Train(SimpleDiffusionOptions options, Func<double, string?> chooseModelFolder)
    {
        Trained.Add(options);
        Write(Path.Combine(options.Training.CheckpointDirectory!, "checkpoint"));
        double value = metric(options);
        if (chooseModelFolder(value) is string folder)
        {
            Write(Path.Combine(folder, "model"));
        }

        return value;
    }

    private static void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, string.Empty);
    }
}
