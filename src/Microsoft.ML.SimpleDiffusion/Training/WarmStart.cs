using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>Lets training go on from a model's weights. Classes are matched by their labels: the data may have them in another order, more of them, or fewer.</summary>
internal static class WarmStart
{
    /// <exception cref="ArgumentException">The model's network differs from the run's, or one has classes and the other has not.</exception>
    public static void Check(TrainedModel? model, ModelConfiguration run)
    {
        if (model is null)
        {
            return;
        }

        var given = model.Configuration;
        if ((given.Condition.ClassCount == 0) != (run.Condition.ClassCount == 0))
        {
            throw new ArgumentException(
                $"The model to start from knows the classes {Text(given.Condition.ClassLabels)}, but the data has {Text(run.Condition.ClassLabels)}.", "warmStart");
        }

        var have = given.Condition.Specify(given.Options);
        var want = run.Condition.Specify(run.Options);
        var alike = have with
        {
            ClassCount = want.ClassCount,
            HasGuidanceInput = want.HasGuidanceInput,
            HasAugmentationInput = want.HasAugmentationInput,
            HasUncertainty = want.HasUncertainty,

            // What begins at zero can be added, but what an image is made of cannot be taken away.
            HasCoordinates = have.HasCoordinates || want.HasCoordinates,
        };
        if (alike.Describe() != want.Describe())
        {
            throw new ArgumentException($"The model to start from has the network {have.Describe()}, but the options ask for {want.Describe()}.", "warmStart");
        }
    }

    /// <summary>Takes over the weights of a model that has been checked. Classes that it does not know begin as in a new network.</summary>
    /// <param name="model">The model.</param>
    /// <param name="run">What the run is of.</param>
    /// <param name="state">The run's state, with initial weights.</param>
    /// <param name="warn">Is told of classes that only one of the two has, and of another range of pixels.</param>
    public static void Apply(TrainedModel model, ModelConfiguration run, TrainingState state, Action<string> warn)
    {
        var condition = run.Condition;
        PixelFormat have = PixelFormat.Of(model.Configuration.Options), want = PixelFormat.Of(run.Options);
        if (have != want)
        {
            warn($"The model to start from has pixels of {have}, and this run has pixels of {want}: what it has learnt of one range is taken for the other's.");
        }

        IReadOnlyList<string> known = model.Configuration.Condition.ClassLabels, wanted = condition.ClassLabels;
        var (knownPlaces, wantedPlaces) = (ClassLabels.Places(known), ClassLabels.Places(wanted));
        Warn([.. wanted.Where(label => !knownPlaces.ContainsKey(label))], labels => $"The model to start from does not know the classes {labels}: they begin untrained.");
        Warn([.. known.Where(label => !wantedPlaces.ContainsKey(label))], labels => $"The data does not have the classes {labels} of the model to start from: the new model will not know them.");

        // The last row of the table of classes is that of none.
        int?[] rows = [.. wanted.Select(label => knownPlaces.TryGetValue(label, out int place) ? place : (int?)null), known.Count];
        model.Use(trained =>
        {
            state.StartFrom(trained.Network, rows);
            return trained;
        });

        void Warn(string[] labels, Func<string, string> sentence)
        {
            if (labels.Length > 0)
            {
                warn(sentence(ClassLabels.List(labels)));
            }
        }
    }

    private static string Text(IReadOnlyList<string> labels) => labels.Count == 0 ? "(none)" : ClassLabels.List(labels);
}
