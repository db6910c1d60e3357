using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Randomness;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Likelihood;

/// <summary>Averages <see cref="VariationalBound"/> over images. Every draw follows from the seed, the image and the number of the sample.</summary>
/// <param name="model">The model.</param>
/// <param name="configuration">What it knows.</param>
/// <param name="data">The images.</param>
/// <param name="samplesPerImage">Noise levels per image.</param>
/// <param name="seed">Seed of noise and noise levels.</param>
internal sealed class LikelihoodEvaluator(DenoisingModel model, ModelConfiguration configuration, ImageDataset data, int samplesPerImage, int seed)
{
    private readonly HeldOutImages _images = new(data, configuration.Options, model.Target.Device);
    private readonly INoiseSchedule _schedule = model.Schedule;

    /// <exception cref="OperationCanceledException">It was cancelled, which is checked before each forward pass.</exception>
    public LikelihoodMetrics Evaluate(CancellationToken cancellationToken)
    {
        using var guard = no_grad();
        var totals = new List<double>(_images.Count);
        double prior = 0, diffusion = 0, reconstruction = 0;
        foreach (var (first, count) in _images.Batches())
        {
            var terms = Terms(first, count, cancellationToken);
            prior += terms.Prior.Sum();
            diffusion += terms.Diffusion.Sum();
            reconstruction += terms.Reconstruction.Sum();
            totals.AddRange(terms.Prior.Select((value, i) => value + terms.Diffusion[i] + terms.Reconstruction[i]));
        }

        double bits = 1 / (_images.Count * Math.Log(2) * _images.Length);
        return new LikelihoodMetrics
        {
            PriorBits = prior * bits,
            DiffusionBits = diffusion * bits,
            ReconstructionBits = reconstruction * bits,
            StandardError = StandardError(totals) * _images.Count * bits,
            ImageCount = _images.Count,
        };
    }

    /// <summary>The terms of some images in nats.</summary>
    private (double[] Prior, double[] Diffusion, double[] Reconstruction) Terms(int first, int count, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var x = _images.Images(first, count);
        var conditions = _images.Conditions(first, count);
        var prior = VariationalBound.Prior(x, _schedule.LogSnrMin);
        var reconstruction = VariationalBound.Reconstruction(x, Noise(first, count, samplesPerImage), _schedule.LogSnrMax);
        var diffusion = zeros_like(prior);
        for (int sample = 0; sample < samplesPerImage; sample++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            diffusion.add_(Diffusion(x, conditions, first, count, sample));
        }

        return (Numbers(prior), Numbers(diffusion.div_(samplesPerImage)), Numbers(reconstruction));
    }

    private Tensor Diffusion(Tensor x, ImageConditions conditions, int first, int count, int sample)
    {
        using var scope = NewDisposeScope();
        var noise = Noise(first, count, sample);
        double[] logSnrs = [.. Enumerable.Range(first, count).Select(image => LogSnr(image, sample))];
        var logSnr = tensor(Array.ConvertAll(logSnrs, level => (float)level), device: model.Target.Device);
        var weight = tensor(Array.ConvertAll(logSnrs, level => (float)VariationalBound.DiffusionWeight(model.Prediction, level)), device: model.Target.Device);
        double range = _schedule.LogSnrMax - _schedule.LogSnrMin;
        return VariationalBound.Diffusion(model.Residual(x, noise, logSnr, conditions), weight * range).MoveToOuterDisposeScope();
    }

    /// <summary>An image's samples lie in as many strata of the range of log-SNR, each at a place of its own.</summary>
    private double LogSnr(int image, int sample)
    {
        double place = StatelessRandom.Uniform((uint)seed, RandomPurpose.LikelihoodTime, (ulong)sample, (ulong)image);
        return _schedule.LogSnrMin + ((_schedule.LogSnrMax - _schedule.LogSnrMin) * (sample + place) / samplesPerImage);
    }

    private Tensor Noise(int first, int count, int sample) => _images.Noise(first, count, (uint)seed, RandomPurpose.LikelihoodNoise, sample);

    private static double[] Numbers(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.to(ScalarType.Float64).cpu().data<double>().ToArray();
    }

    private static double StandardError(List<double> values)
    {
        double mean = values.Average();
        double variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
        return Math.Sqrt(variance / values.Count);
    }
}
