using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Randomness;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Likelihood;

/// <summary>
/// The squared error of the predicted image x̂ at fixed noise levels. Unlike the training loss it does not depend on schedule and weighting, so that
/// models trained with different ones can be compared.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="configuration">What it knows.</param>
/// <param name="data">The images.</param>
/// <param name="resolutions">Resolutions to pool the errors to, checked by <see cref="CheckResolutions"/>.</param>
internal sealed class DenoisingEvaluator(DenoisingModel model, ModelConfiguration configuration, ImageDataset data, IReadOnlyList<int> resolutions)
{
    /// <summary>The noise is the same for every model.</summary>
    private const ulong Seed = 0;

    private readonly HeldOutImages _images = new(data, configuration.Options, model.Target.Device);

    /// <exception cref="ArgumentOutOfRangeException">A noise level is out of range.</exception>
    public static void CheckLevels(IReadOnlyList<double> logSnrs)
    {
        foreach (double logSnr in logSnrs)
        {
            Require.Range(nameof(logSnrs), logSnr, -30, 30);
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">Images cannot be pooled to one of the resolutions.</exception>
    public static void CheckResolutions(IReadOnlyList<int> resolutions, int height, int width)
    {
        int shorterSide = Math.Min(height, width);
        foreach (int resolution in resolutions)
        {
            bool fits = resolution >= 1 && shorterSide % resolution == 0 && height % (shorterSide / resolution) == 0 && width % (shorterSide / resolution) == 0;
            if (!fits)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(resolutions), resolution, $"A resolution must be the image's shorter side ({shorterSide}) divided by a number that divides both sides.");
            }
        }
    }

    /// <summary>An error for each noise level and resolution, in the order given, resolutions first.</summary>
    /// <param name="logSnrs">Noise levels.</param>
    /// <param name="cancellationToken">Checked before each forward pass.</param>
    public IReadOnlyList<DenoisingError> Evaluate(IReadOnlyList<double> logSnrs, CancellationToken cancellationToken)
        => [.. logSnrs.SelectMany((logSnr, level) => Evaluate(logSnr, level, cancellationToken))];

    private IEnumerable<DenoisingError> Evaluate(double logSnr, int level, CancellationToken cancellationToken)
    {
        var sums = new double[resolutions.Count];
        foreach (var (first, count) in _images.Batches())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Accumulate(first, count, logSnr, level, sums);
        }

        return resolutions.Select((resolution, i) => new DenoisingError { LogSnr = logSnr, Resolution = resolution, MeanSquaredError = sums[i] / _images.Count });
    }

    private void Accumulate(int first, int count, double logSnr, int level, double[] sums)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Tensor x = _images.Images(first, count), noise = _images.Noise(first, count, Seed, RandomPurpose.EvaluationNoise, level);
        var error = model.PredictX(ForwardProcess.Diffuse(x, noise, logSnr), logSnr, _images.Conditions(first, count)) - x;
        int shorterSide = Math.Min(data.Size.Height, data.Size.Width);
        for (int i = 0; i < sums.Length; i++)
        {
            // Pooling is linear: the pooled error is the error of the pooled images.
            sums[i] += SquaredError.Mean(nn.functional.avg_pool2d(error, shorterSide / resolutions[i])).sum().item<float>();
        }
    }
}
