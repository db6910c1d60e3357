using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Evaluation.Likelihood;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Samplers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Likelihood;

[TestClass]
public class VariationalBoundTests
{
    [TestMethod]
    public void Prior_is_the_divergence_from_the_standard_normal()
    {
        // At log-SNR -ln 3: alpha² = 1/4, sigma² = 3/4. For x = 1/2 and 12 pixels: 12 * 1/2 * (1/16 + 3/4 - 1 - ln 3/4) = 0.601092.
        using var scope = NewDisposeScope();
        var x = full(2, 3, 2, 2, value: 0.5f);

        float[] prior = VariationalBound.Prior(x, -Math.Log(3)).data<float>().ToArray();

        Assert.AreEqual(0.601092, prior[0], 1e-5);
        Assert.AreEqual(prior[0], prior[1]);
    }

    [TestMethod]
    [DataRow(PredictionType.V)]
    [DataRow(PredictionType.Epsilon)]
    [DataRow(PredictionType.X)]
    public void Diffusion_term_of_gaussian_data_is_the_logarithm_of_their_signal(PredictionType type)
    {
        // Of data N(m, s²) the best denoiser errs by var(x | z) = s² / (1 + s² SNR) in x, hence by SNR times that in eps, of which half the integral over
        // log-SNR is 1/2 ln((1 + s² SNR_max) / (1 + s² SNR_min)) per pixel.
        const double mean = 0.3, deviation = 0.4, min = -6, max = 6;
        const int strata = 64;
        using var scope = NewDisposeScope();
        manual_seed(1);
        var x = mean + (deviation * randn(64, 1, 8, 8));
        double sum = 0;
        for (int i = 0; i < strata; i++)
        {
            using var inner = NewDisposeScope();
            double level = min + ((max - min) * (i + 0.5) / strata);
            var noise = randn_like(x);
            var logSnr = full(64, (float)level);
            var z = ForwardProcess.Diffuse(x, noise, logSnr);
            double alpha = VariancePreserving.Alpha(level), sigma = VariancePreserving.Sigma(level);
            var best = mean + ((z - (alpha * mean)) * (deviation * deviation * alpha / ((alpha * alpha * deviation * deviation) + (sigma * sigma))));
            var prediction = type switch
            {
                PredictionType.V => Parametrization.ToV(PredictionType.X, level).Apply(z, best),
                PredictionType.Epsilon => Parametrization.ToEpsilon(PredictionType.X, level).Apply(z, best),
                _ => best,
            };
            var residual = prediction - ForwardProcess.Target(type, x, noise, logSnr);
            sum += VariationalBound.Diffusion(residual, full(64, (float)((max - min) * VariationalBound.DiffusionWeight(type, level)))).mean().item<float>();
        }

        double expected = 64 * 0.5 * Math.Log((1 + (deviation * deviation * Math.Exp(max))) / (1 + (deviation * deviation * Math.Exp(min))));
        Assert.AreEqual(expected, sum / strata, 0.02 * expected);
    }

    [TestMethod]
    [DataRow(-2.0)]
    [DataRow(4.0)]
    [DataRow(8.0)]
    [DataRow(11.0)]
    public void Reconstruction_is_the_softmax_over_all_levels(double logSnr)
    {
        using var scope = NewDisposeScope();
        int[] levels = [0, 1, 100, 254, 255];
        float[] noises = [-1.5f, 0.7f, 0.1f, 2f, 0.4f];
        var x = (tensor(levels, dtype: ScalarType.Float32).view(1, 1, 1, 5) / 127.5f) - 1;

        double actual = VariationalBound.Reconstruction(x, tensor(noises).view(1, 1, 1, 5), logSnr).item<float>();

        double alpha = VariancePreserving.Alpha(logSnr), sigma = VariancePreserving.Sigma(logSnr), expected = 0;
        for (int i = 0; i < levels.Length; i++)
        {
            double z = (alpha * Value(levels[i])) + (sigma * noises[i]);
            double[] densities = Enumerable.Range(0, 256).Select(k => Math.Exp(-0.5 * Math.Pow((z - (alpha * Value(k))) / sigma, 2))).ToArray();
            expected -= Math.Log(densities[levels[i]] / densities.Sum());
        }

        Assert.AreEqual(expected, actual, 1e-3 * Math.Max(1, expected));
        static double Value(int level) => (level / 127.5) - 1;
    }

    [TestMethod]
    public void Reconstruction_without_signal_costs_eight_bits_a_pixel_and_with_all_of_it_nothing()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        var x = (randint(0, 256, [1, 3, 4, 4], dtype: ScalarType.Float32) / 127.5f) - 1;
        var noise = randn_like(x);

        Assert.AreEqual(48 * Math.Log(256), VariationalBound.Reconstruction(x, noise, -20).item<float>(), 0.2);
        Assert.AreEqual(0, VariationalBound.Reconstruction(x, noise, 20).item<float>(), 1e-6);
    }
}
