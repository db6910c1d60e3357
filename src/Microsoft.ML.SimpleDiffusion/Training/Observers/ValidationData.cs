using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Randomness;
using Microsoft.ML.SimpleDiffusion.Training.Objectives;
using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>Reads the validation data. Errors say that it is meant, and not the training data.</summary>
internal static class ValidationData
{
    /// <summary>Checks the columns, or that no option needs any, before anything is read.</summary>
    /// <param name="input">The training data.</param>
    /// <param name="validation">The validation data, or null.</param>
    /// <param name="options">The run's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type, or an option needs validation data.</exception>
    public static void Check(IDataView input, IDataView? validation, SimpleDiffusionOptions options)
    {
        if (validation is null)
        {
            EvaluationOptionsValidator.ValidateWithoutData(options.Training);
        }
        else
        {
            CheckColumns(validation.Schema, options, ConditionColumn.Describe(input.Schema, options));
        }
    }

    private static void CheckColumns(DataViewSchema schema, SimpleDiffusionOptions options, ConditionDescription condition)
    {
        _ = ImageColumn.Find(schema, "validation image", options.ImageColumnName, TargetFormat.Of(options));
        if (options.ConditionColumnName is string name)
        {
            _ = ConditionColumn.FindForGeneration(schema, "validation condition", name, condition);
        }
    }

    /// <summary>Reads the images once.</summary>
    /// <param name="data">The validation data.</param>
    /// <param name="options">The run's, with nothing left open.</param>
    /// <param name="condition">The classes of the training data.</param>
    /// <param name="log">Is told which images are skipped, and what is hardly meant so.</param>
    /// <exception cref="InvalidOperationException">There are no images, one cannot be read, or its class is not in the training data.</exception>
    public static ImageDataset Load(IDataView data, SimpleDiffusionOptions options, ConditionDescription condition, TrainingLog log)
    {
        try
        {
            // Half of what the training images may take.
            var images = ImageDataset.Load(
                data, options, condition, message => log.Info($"Validation data: {message}"), ImageDataset.DefaultMemoryBudget / 2, options.Training.CancellationToken, "validation data");
            foreach (string warning in images.Warnings)
            {
                log.Warning($"Validation data: {warning}");
            }

            return images;
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"The validation data cannot be used. {e.Message}", e);
        }
    }
}

/// <summary>
/// The run's own training loss on held-out images. Each image has its time and its noise, a function of the seed and its number, so that two evaluations
/// differ by the weights alone.
/// </summary>
/// <param name="data">The images. Owned by the caller.</param>
/// <param name="options">The run's, with nothing left open.</param>
/// <param name="objective">What the run minimizes.</param>
/// <param name="ranks">Each takes some of the batches; the sum has the same bits however many there are.</param>
internal sealed class ValidationLoss(ImageDataset data, SimpleDiffusionOptions options, IObjective objective, Ranks ranks)
{
    /// <summary>The golden ratio's fraction: its multiples, modulo 1, lie evenly spread however many there are (Weyl 1916).</summary>
    private const double GoldenFraction = 0.61803398874989485;

    /// <summary>Diffusion time of an image, in (0, 1). Neighbours lie far apart, so that images sorted by class share the times fairly.</summary>
    /// <param name="image">Number of the image.</param>
    public static double TimeOf(int image)
    {
        double place = (image + 0.5) * GoldenFraction;
        return place - Math.Floor(place);
    }

    /// <summary>Mean loss over all images.</summary>
    /// <param name="device">Where the model is.</param>
    /// <param name="cancellationToken">Checked before each forward pass, where there is one rank: several have to stop alike.</param>
    public double Evaluate(Device device, CancellationToken cancellationToken)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var images = new HeldOutImages(data, options, device);
        var batches = images.Batches().ToList();
        var sums = zeros(batches.Count, dtype: ScalarType.Float64, device: device);
        var shares = Shares(batches.Count);
        for (long batch = shares[ranks.Index].Start; batch < shares[ranks.Index].End; batch++)
        {
            if (ranks.IsAlone)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            sums[batch] = Sum(images, batches[(int)batch].First, batches[(int)batch].Count);
        }

        ranks.Gather(sums, shares);
        return sums.cpu().data<double>().Sum() / data.Count;
    }

    /// <summary>Batches in a row for each rank, as evenly as it goes.</summary>
    private List<FlatRange> Shares(int batches)
        => [.. Enumerable.Range(0, ranks.Count).Select(rank => FlatRange.Between((long)batches * rank / ranks.Count, (long)batches * (rank + 1) / ranks.Count))];

    private Tensor Sum(HeldOutImages images, int first, int count)
    {
        using var scope = NewDisposeScope();
        var x = images.Images(first, count);
        var noise = images.Noise(first, count, (uint)options.Seed!.Value, RandomPurpose.ValidationNoise, sample: 0);
        double[] times = [.. Enumerable.Range(first, count).Select(TimeOf)];
        return objective.Losses(x, noise, times, images.Conditions(first, count)).to(ScalarType.Float64).sum().MoveToOuterDisposeScope();
    }
}
