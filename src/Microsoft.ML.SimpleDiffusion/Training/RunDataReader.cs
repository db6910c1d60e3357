using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>Reads data once, as a run with the same options does, only to know it again.</summary>
internal static class RunDataReader
{
    /// <param name="environment">Its seed stands in for one that the options lack.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="training">The training data.</param>
    /// <param name="validation">The validation data.</param>
    /// <exception cref="InvalidOperationException">There are no images, one cannot be read, or a class of the validation data is not in the training data.</exception>
    public static RunData Read(IHostEnvironment environment, SimpleDiffusionOptions options, IDataView training, IDataView validation)
    {
        var condition = ConditionColumn.Describe(training.Schema, options);
        var resolved = OptionsResolver.Resolve(options, hasGpu: false, options.Seed ?? MLEnvironment.SeedOf(environment), condition.Kind);
        return new RunData(Digest(training, "training data"), Digest(validation, "validation data"));

        DataDigest Digest(IDataView data, string name)
        {
            using var images = ImageDataset.Load(data, resolved, condition, log: _ => { }, ImageDataset.DefaultMemoryBudget, resolved.Training.CancellationToken, name);
            return images.Digest;
        }
    }
}
