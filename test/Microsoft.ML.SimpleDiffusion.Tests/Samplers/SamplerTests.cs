using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Samplers;
using Microsoft.ML.SimpleDiffusion.Schedules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Samplers;

/// <summary>
/// The sums and means of DDIM, DDPM and DPM-Solver++ are those that huggingface/diffusers' own tests expect (tests/schedulers, commit 58eb52c080,
/// Apache-2.0), for a linear table of betas and the stand-in model eps = x t / (t + 1).
/// </summary>
[TestClass]
public class SamplerTests
{
    [TestMethod]
    [DataRow(1e-4, true, 172.0067)]
    [DataRow(0.01, true, 149.8295)]
    [DataRow(0.01, false, 149.0784)]
    public void Ddim_agrees_with_diffusers(double firstBeta, bool endsWithoutNoise, double expectedSum)
    {
        using var scope = NewDisposeScope();
        double[] table = LogSnrTable(firstBeta);
        double last = endsWithoutNoise ? double.PositiveInfinity : table[0];
        var z = StandInSample();
        for (int t = 900; t >= 0; t -= 100)
        {
            var x = Thresholding.Static(Parametrization.ToX(PredictionType.Epsilon, z * ((double)t / (t + 1)), z, table[t]));
            z = DdimSampler.Step(z, x, table[t], t == 0 ? last : table[t - 100], eta: 0, noise: null);
        }

        Assert.AreEqual(expectedSum, z.abs().sum().item<double>(), 1e-4 * expectedSum);
    }

    [TestMethod]
    public void DpmSolver_agrees_with_diffusers()
    {
        using var scope = NewDisposeScope();
        double[] table = LogSnrTable(1e-4);
        int[] times = [999, 899, 799, 699, 599, 500, 400, 300, 200, 100, 0];
        var z = StandInSample();
        Tensor? previous = null;
        for (int i = 0; i < 10; i++)
        {
            int t = times[i];
            var x = Parametrization.ToX(PredictionType.Epsilon, z * ((double)t / (t + 1)), z, table[t]);
            z = DpmSolverPlusPlus2M.Step(z, x, previous, i == 0 ? 0 : table[times[i - 1]], table[t], table[times[i + 1]]);
            previous = x;
        }

        Assert.AreEqual(0.3301, z.abs().mean().item<double>(), 1e-3);
    }

    [TestMethod]
    [DataRow(487, 486, 0.00979)]
    [DataRow(999, 998, 0.02)]
    [DataRow(420, 400, 0.14771)]
    [DataRow(980, 960, 0.32460)]
    public void Lower_bound_of_the_ddpm_variance_agrees_with_diffusers(int t, int s, double expected)
    {
        double[] table = LogSnrTable(1e-4);

        Assert.AreEqual(expected, DdpmSampler.Variance(table[t], table[s], noiseInterpolation: 0), 1e-4);
    }

    [TestMethod]
    public void Upper_bound_of_the_ddpm_variance_is_that_of_the_forward_step()
    {
        // beta_{t|s} = 1 - alpha_t² / alpha_s² for the chain from s to t.
        double logSnrT = -1, logSnrS = 0.5;
        double alphaT = VariancePreserving.Alpha(logSnrT), alphaS = VariancePreserving.Alpha(logSnrS);

        Assert.AreEqual(1 - (alphaT * alphaT / (alphaS * alphaS)), DdpmSampler.Variance(logSnrT, logSnrS, noiseInterpolation: 1), 1e-12);
    }

    [TestMethod]
    [DataRow(SamplerType.Ddpm, 200)]
    [DataRow(SamplerType.Ddim, 100)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M, 30)]
    public void Sampler_reproduces_a_gaussian_from_its_exact_denoiser(SamplerType sampler, int steps)
    {
        // For data N(m, s²) the best prediction of x from z is m + s² alpha (z - alpha m) / (alpha² s² + sigma²).
        const double mean = 0.4, deviation = 0.2;
        using var scope = NewDisposeScope();
        manual_seed(3);
        var options = new SamplingOptions { Sampler = sampler, Steps = steps, Thresholding = ThresholdingType.None, NoiseInterpolation = 0.2f };

        var images = SamplingLoop.Run(
            options, PredictionType.X, new CosineSchedule(-15, 15), Denoise, guided: null, SamplingStart.FromNoise(randn(64, 1, 16, 16)), _ => randn(64, 1, 16, 16), constraint: null, CancellationToken.None);

        Assert.AreEqual(mean, images.mean().item<float>(), 0.01);
        Assert.AreEqual(deviation, images.std().item<float>(), 0.015);

        static Tensor Denoise(Tensor z, double logSnr)
        {
            double alpha = VariancePreserving.Alpha(logSnr), sigma = VariancePreserving.Sigma(logSnr);
            double gain = deviation * deviation * alpha / ((alpha * alpha * deviation * deviation) + (sigma * sigma));
            return mean + ((z - (alpha * mean)) * gain);
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(7)]
    public void Loop_evaluates_the_network_exactly_as_often_as_asked_and_guides_in_the_interval_only(int steps)
    {
        int plain = 0, guided = 0;
        var options = new SamplingOptions { Steps = steps, GuidanceScale = 2, GuidanceIntervalStart = 0.4f };
        using var noise = zeros(1, 1, 2, 2);

        using var images = SamplingLoop.Run(
            options, PredictionType.V, new CosineSchedule(-15, 15), (z, _) => Count(z, ref plain), (z, _) => Count(z, ref guided), SamplingStart.FromNoise(noise), _ => zeros(1, 1, 2, 2), constraint: null, CancellationToken.None);

        Assert.AreEqual(steps, plain + guided);
        Assert.AreEqual(steps == 1 ? 0 : 3, plain);
        static Tensor Count(Tensor z, ref int count)
        {
            count++;
            return z.clone();
        }
    }

    [TestMethod]
    public void Guidance_extrapolates_from_the_unconditional_prediction()
    {
        using var scope = NewDisposeScope();
        Tensor conditional = full(1, 1, 1, 1, value: 3f), unconditional = full(1, 1, 1, 1, value: 1f);

        Assert.AreEqual(5, Guidance.Combine(conditional, unconditional, scale: 2).item<float>(), 1e-6);
        Assert.AreEqual(3, Guidance.Combine(conditional, unconditional, scale: 1).item<float>(), 1e-6);
    }

    [TestMethod]
    public void Full_rescale_restores_the_spread_of_the_conditional_prediction()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        Tensor conditional = randn(2, 3, 8, 8), guided = 3 * randn(2, 3, 8, 8);

        var rescaled = Guidance.Rescale(guided, conditional, strength: 1);

        Assert.IsLessThan(1e-4f, (rescaled.std([1, 2, 3]) - conditional.std([1, 2, 3])).abs().max().item<float>());
    }

    [TestMethod]
    public void Dynamic_threshold_divides_by_the_quantile_and_never_enlarges()
    {
        using var scope = NewDisposeScope();
        var images = tensor(new[] { -4f, -2f, 1f, 2f, 0.1f, -0.2f, 0.3f, 0.2f }).view(2, 1, 2, 2);

        var result = Thresholding.Dynamic(images, quantile: 1.0 / 3);

        // Sorted magnitudes of the first image: 1, 2, 2, 4; position 1/3 * 3 gives 2.
        CollectionAssert.AreEqual(new[] { -1f, -1f, 0.5f, 1f }, result[0].data<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 0.1f, -0.2f, 0.3f, 0.2f }, result[1].data<float>().ToArray());
    }

    private static double[] LogSnrTable(double firstBeta)
    {
        var table = new double[1000];
        double product = 1;
        for (int t = 0; t < table.Length; t++)
        {
            product *= 1 - (firstBeta + ((0.02 - firstBeta) * t / (table.Length - 1)));
            table[t] = Math.Log(product / (1 - product));
        }

        return table;
    }

    private static Tensor StandInSample() => (arange(768, dtype: ScalarType.Float64) / 768).view(3, 8, 8, 4).permute(3, 0, 1, 2).contiguous();
}
