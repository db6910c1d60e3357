using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>Says whether training can go on from a model's weights.</summary>
internal static class WarmStart
{
    /// <exception cref="ArgumentException">The model's network or classes differ from the run's.</exception>
    public static void Check(TrainedModel? model, ModelConfiguration run)
    {
        if (model is null)
        {
            return;
        }

        var given = model.Configuration;
        if (!given.Condition.ClassLabels.SequenceEqual(run.Condition.ClassLabels))
        {
            throw new ArgumentException(
                $"The model to start from knows the classes {Text(given.Condition.ClassLabels)}, but the data has {Text(run.Condition.ClassLabels)}.", "warmStart");
        }

        var have = given.Condition.Specify(given.Options);
        var want = run.Condition.Specify(run.Options);
        if (have.Describe() != want.Describe())
        {
            throw new ArgumentException($"The model to start from has the network {have.Describe()}, but the options ask for {want.Describe()}.", "warmStart");
        }
    }

    private static string Text(IReadOnlyList<string> labels)
        => labels.Count == 0 ? "(none)" : string.Join(", ", labels.Take(20)) + (labels.Count > 20 ? $", … ({labels.Count})" : string.Empty);
}
