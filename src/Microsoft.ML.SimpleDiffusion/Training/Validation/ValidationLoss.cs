using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Randomness;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Validation;

/// <summary>
/// The run's own training loss on held-out images. Each image has its time and its noise, a function of the seed and its number, so that two evaluations
/// differ by the weights alone.
/// </summary>
/// <param name="data">The images. Owned by the caller.</param>
/// <param name="options">The run's, with nothing left open.</param>
internal sealed class ValidationLoss(ImageDataset data, SimpleDiffusionOptions options)
{
    /// <summary>The golden ratio's fraction: its multiples, modulo 1, lie evenly spread however many there are (Weyl 1916).</summary>
    private const double GoldenFraction = 0.61803398874989485;

    private readonly INoiseSchedule _schedule = NoiseSchedules.Create(options.Diffusion, options.ImageHeight, options.ImageWidth);

    /// <summary>Diffusion time of an image, in (0, 1). Neighbours lie far apart, so that images sorted by class share the times fairly.</summary>
    /// <param name="image">Number of the image.</param>
    public static double TimeOf(int image)
    {
        double place = (image + 0.5) * GoldenFraction;
        return place - Math.Floor(place);
    }

    /// <summary>Mean loss over all images.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Checked before each forward pass.</param>
    public double Evaluate(TrainedModel model, CancellationToken cancellationToken)
    {
        using var guard = no_grad();
        var images = new HeldOutImages(model, data);
        double sum = 0;
        foreach (var (first, count) in images.Batches())
        {
            cancellationToken.ThrowIfCancellationRequested();
            sum += Sum(model, images, first, count);
        }

        return sum / data.Count;
    }

    private double Sum(TrainedModel model, HeldOutImages images, int first, int count)
    {
        using var scope = NewDisposeScope();
        var x = images.Images(first, count);
        var noise = images.Noise(first, count, (uint)options.Seed!.Value, RandomPurpose.ValidationNoise, sample: 0);
        var logSnr = tensor(Enumerable.Range(first, count).Select(image => (float)_schedule.LogSnr(TimeOf(image))).ToArray(), device: model.Device);
        var z = ForwardProcess.Diffuse(x, noise, logSnr);
        var prediction = model.Predict(z, logSnr, images.Conditions(first, count));
        var losses = DiffusionLoss.PerExample(options.Diffusion, options.Diffusion.Loss, prediction, x, noise, logSnr);
        return losses.to(ScalarType.Float64).sum().item<double>();
    }
}
