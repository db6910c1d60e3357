using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Makes averages of any width of those that a run's checkpoints hold. One checkpoint at a time is in memory.</summary>
internal static class AverageSynthesis
{
    /// <summary>The same model with an average of its run as its weights.</summary>
    /// <param name="model">The model. It stays its owner's.</param>
    /// <param name="directory">The run's folder of checkpoints.</param>
    /// <param name="relativeWidth">Width of the average.</param>
    /// <param name="warn">Is told if the model computes otherwise than it was trained.</param>
    /// <returns>A model of its own, which has seen the steps of the newest checkpoint.</returns>
    /// <exception cref="InvalidOperationException">There are no such averages in the folder, or they are not of the model's run.</exception>
    public static TrainedModel Create(TrainedModel model, string directory, double relativeWidth, Action<string> warn)
    {
        string[] files = Directory.Exists(directory) ? Directory.GetFiles(directory, CheckpointFile.SearchPattern) : [];
        (string Path, long Step)[] kept = [.. from path in files let step = CheckpointFile.StepOf(path) where step is not null orderby step select (path, step.Value)];
        if (kept.Length == 0 || !model.Configuration.Options.Training.PowerFunctionAverages)
        {
            throw new InvalidOperationException(
                $"The folder '{directory}' holds no averages of the model's run: they are kept in checkpoints, if Training.PowerFunctionAverages is on and Training.KeepCheckpointEverySteps says when.");
        }

        var compute = model.Use(trained => new ComputeOptions { Device = ComputeDevice.Cpu, Precision = trained.Target.Precision, Threads = null });
        var result = model.CopyTo(compute, warn);
        try
        {
            result.Use(copy =>
            {
                Fill(copy, model.Configuration, kept, relativeWidth);
                return copy;
            });
            return result.AtStep(kept[^1].Step);
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private static void Fill(DenoisingModel copy, ModelConfiguration run, (string Path, long Step)[] kept, double relativeWidth)
    {
        using var guard = no_grad();
        using var state = new TrainingState(copy.Network, CPU, keepsPowerAverages: true);
        var profiles = kept.SelectMany(file => state.PowerAverages!.At(file.Step).Select(average => average.Profile)).ToList();
        double[] coefficients = PowerFunctionProfile.Coefficients(profiles, PowerFunctionProfile.Of(relativeWidth, kept[^1].Step));
        using var sum = zeros_like(state.Weights.Values, dtype: ScalarType.Float64);
        int next = 0;
        foreach (var (path, step) in kept)
        {
            Read(path, run, state);
            foreach (var (_, average) in state.PowerAverages!.At(step))
            {
                sum.add_(average.Values, alpha: coefficients[next++]);
            }
        }

        state.EmaWeights.Values.copy_(sum);
        state.HandOverEma();
    }

    private static void Read(string path, ModelConfiguration run, TrainingState state)
    {
        var tensors = state.NamedTensors();
        try
        {
            _ = CheckpointFile.Read(path, run, tensors);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The checkpoint '{path}' cannot be used: {e.Message}", e);
        }
        finally
        {
            NamedTensor.DisposeAll(tensors);
        }
    }
}
