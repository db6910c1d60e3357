using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Samplers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Samplers;

/// <summary>
/// The sums and means of DDIM, DDPM and DPM-Solver++ are, worked out to more digits, those that huggingface/diffusers' own tests expect (tests/schedulers, commit 58eb52c080,
/// Apache-2.0), for a linear table of betas and the stand-in model eps = x t / (t + 1).
/// </summary>
[TestClass]
public class SamplerTests
{
    [TestMethod]
    [DataRow(1e-4, true, 172.006522)]
    [DataRow(0.01, true, 149.82946)]
    [DataRow(0.01, false, 149.078428)]
    public void Ddim_agrees_with_diffusers(double firstBeta, bool endsWithoutNoise, double expectedSum)
    {
        using var scope = NewDisposeScope();
        double[] table = LogSnrTable(firstBeta);
        double last = endsWithoutNoise ? double.PositiveInfinity : table[0];
        var sampler = new DdimSampler(eta: 0);
        var z = StandInSample();
        for (int t = 900; t >= 0; t -= 100)
        {
            var x = Parametrization.ToX(PredictionType.Epsilon, table[t]).Apply(z, z * ((double)t / (t + 1))).clamp(-1, 1);
            z = Step(sampler.Step(table[t], t == 0 ? last : table[t - 100]), z, x);
        }

        Assert.AreEqual(expectedSum, z.abs().sum().item<double>(), 1e-5);
    }

    [TestMethod]
    [DataRow(1e-4, 172.006522)]
    [DataRow(0.01, 149.82946)]
    public void Loop_of_ddim_agrees_with_diffusers(double firstBeta, double expectedSum)
    {
        using var scope = NewDisposeScope();
        var schedule = new TabulatedSchedule(LogSnrTable(firstBeta), [900, 800, 700, 600, 500, 400, 300, 200, 100, 0]);
        var options = new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 10 };

        var images = Run(options, PredictionType.Epsilon, schedule, StandIn(schedule), StandInSample(), NoNoise);

        Assert.AreEqual(expectedSum, images.abs().sum().item<double>(), 1e-5);
    }

    [TestMethod]
    public void Loop_of_dpm_solver_agrees_with_diffusers()
    {
        // The expected sum is that of the noisy images which the tenth step leads to: what the eleventh evaluation begins with.
        using var scope = NewDisposeScope();
        var schedule = new TabulatedSchedule(LogSnrTable(1e-4), [999, 899, 799, 699, 599, 500, 400, 300, 200, 100, 0]);
        var options = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 11, Thresholding = ThresholdingType.None };
        double sum = 0;

        _ = Run(options, PredictionType.Epsilon, schedule, StandIn(schedule), StandInSample(), NoNoise, Observe);

        Assert.AreEqual(253.552879, sum, 1e-4);
        Tensor Observe(Tensor z, double logSnr)
        {
            sum = logSnr == schedule.LogSnrMax ? z.abs().sum().item<double>() : sum;
            return z.alias();
        }
    }

    [TestMethod]
    public void DpmSolver_agrees_with_diffusers()
    {
        using var scope = NewDisposeScope();
        double[] table = LogSnrTable(1e-4);
        int[] times = [999, 899, 799, 699, 599, 500, 400, 300, 200, 100, 0];
        var z = StandInSample();
        var sampler = new DpmSolverPlusPlus2M();
        Tensor? previous = null;
        for (int i = 0; i < 10; i++)
        {
            int t = times[i];
            var x = Parametrization.ToX(PredictionType.Epsilon, table[t]).Apply(z, z * ((double)t / (t + 1)));
            z = Step(sampler.Step(table[t], table[times[i + 1]]), z, x, previous);
            previous = x;
        }

        Assert.AreEqual(0.330147, z.abs().mean().item<double>(), 1e-6);
    }

    [TestMethod]
    [DataRow(487, 486, 0.0097916)]
    [DataRow(999, 998, 0.02)]
    [DataRow(420, 400, 0.1477195)]
    [DataRow(980, 960, 0.3246052)]
    public void Lower_bound_of_the_ddpm_variance_agrees_with_diffusers(int t, int s, double expected)
    {
        double[] table = LogSnrTable(1e-4);

        Assert.AreEqual(expected, DdpmSampler.Variance(table[t], table[s], noiseInterpolation: 0), 1e-5);
    }

    [TestMethod]
    public void Ddpm_step_to_an_image_without_noise_has_no_variance()
        => Assert.AreEqual(0, DdpmSampler.Variance(LogSnrTable(1e-4)[0], double.PositiveInfinity, noiseInterpolation: 0));

    [TestMethod]
    public void Ddpm_step_has_the_mean_of_the_posterior()
    {
        // Equation 7 of Ho et al. 2020 in the notation of Kingma et al. 2021, appendix A.2.
        const double logSnrT = -1.5, logSnrS = 0.75, z = 0.8, x = -0.3;
        double alphaT = VariancePreserving.Alpha(logSnrT), alphaS = VariancePreserving.Alpha(logSnrS);
        double varianceT = 1 - (alphaT * alphaT), varianceS = 1 - (alphaS * alphaS), alphaTS = alphaT / alphaS;
        double varianceTS = varianceT - (alphaTS * alphaTS * varianceS);

        var step = new DdpmSampler(noiseInterpolation: 0).Step(logSnrT, logSnrS);
        double actual = (step.Z * z) + (step.X * x);

        Assert.AreEqual((alphaTS * varianceS / varianceT * z) + (alphaS * varianceTS / varianceT * x), actual, 1e-12);
        Assert.AreEqual(varianceTS * varianceS / varianceT, DdpmSampler.Variance(logSnrT, logSnrS, noiseInterpolation: 0), 1e-12);
    }

    [TestMethod]
    [DataRow(0.0)]
    [DataRow(0.5)]
    [DataRow(1.0)]
    public void Ddim_step_is_that_of_song_et_al(double eta)
    {
        // Equations 12 and 16 of Song et al. 2021, with a = alpha².
        const double logSnrT = -1.5, logSnrS = 0.75, z = 0.8, x = -0.3, noise = 0.6;
        double aT = 1 / (1 + Math.Exp(-logSnrT)), aS = 1 / (1 + Math.Exp(-logSnrS));
        double epsilon = (z - (Math.Sqrt(aT) * x)) / Math.Sqrt(1 - aT);
        double sigma = eta * Math.Sqrt((1 - aS) / (1 - aT)) * Math.Sqrt(1 - (aT / aS));

        var step = new DdimSampler(eta).Step(logSnrT, logSnrS);
        double actual = (step.Z * z) + (step.X * x) + (step.Noise * noise);

        Assert.AreEqual((Math.Sqrt(aS) * x) + (Math.Sqrt(1 - aS - (sigma * sigma)) * epsilon) + (sigma * noise), actual, 1e-12);
    }

    [TestMethod]
    [DataRow(0.5, 3)]
    [DataRow(0.01, 1)]
    [DataRow(1.0, 6)]
    public void Start_at_an_earlier_time_takes_its_share_of_the_evaluations(double time, int expected)
    {
        using var scope = NewDisposeScope();
        var schedule = new CosineSchedule(-15, 15);
        var levels = new List<double>();
        var constrained = new List<double>();

        _ = Run(
            new SamplingOptions { Steps = 6 },
            PredictionType.X,
            schedule,
            (z, logSnr, _) => Record(levels, z, logSnr),
            zeros(1, 1, 2, 2),
            _ => zeros(1, 1, 2, 2),
            (z, logSnr) => Record(constrained, z, logSnr),
            time);

        Assert.HasCount(expected, levels);
        Assert.AreEqual(schedule.LogSnr(time), levels[0], 1e-12);
        Assert.AreEqual(schedule.LogSnr(time / expected), levels[^1], 1e-12);
        CollectionAssert.AreEqual(levels.Append(double.PositiveInfinity).ToArray(), constrained);
    }

    [TestMethod]
    public void Guidance_interval_counts_from_the_start_of_the_whole_way()
    {
        // Six steps from time 1/2: the evaluations lie at 3/5, 4/5 and 5/5 of the whole way.
        using var scope = NewDisposeScope();
        var plain = new List<double>();
        var guided = new List<double>();
        var options = new SamplingOptions { Steps = 6, GuidanceScale = 2, GuidanceIntervalStart = 0.7f, GuidanceIntervalEnd = 0.9f };

        _ = Run(
            options,
            PredictionType.X,
            new CosineSchedule(-15, 15),
            (z, logSnr, isGuided) => Record(isGuided ? guided : plain, z, logSnr),
            zeros(1, 1, 2, 2),
            _ => zeros(1, 1, 2, 2),
            startTime: 0.5);

        Assert.HasCount(2, plain);
        Assert.HasCount(1, guided);
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

        var images = Run(options, PredictionType.X, new CosineSchedule(-15, 15), Denoise, randn(64, 1, 16, 16), _ => randn(64, 1, 16, 16));

        Assert.AreEqual(mean, images.mean().item<float>(), 0.01);
        Assert.AreEqual(deviation, images.std().item<float>(), 0.015);

        static Tensor Denoise(Tensor z, double logSnr, bool isGuided)
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
        using var scope = NewDisposeScope();

        _ = Run(
            options,
            PredictionType.V,
            new CosineSchedule(-15, 15),
            (z, _, isGuided) => isGuided ? Count(z, ref guided) : Count(z, ref plain),
            zeros(1, 1, 2, 2),
            _ => zeros(1, 1, 2, 2));

        Assert.AreEqual(steps, plain + guided);
        Assert.AreEqual(steps == 1 ? 0 : 3, plain);
        static Tensor Count(Tensor z, ref int count)
        {
            count++;
            return z.clone();
        }
    }

    private static Tensor Run(
        SamplingOptions options,
        PredictionType prediction,
        INoiseSchedule schedule,
        Denoiser denoiser,
        Tensor start,
        Func<int, Tensor> stepNoise,
        Constraint? constraint = null,
        double startTime = 1)
    {
        using var batch = new TensorSamplingBatch(start, denoiser, stepNoise, Thresholding.Of(options), constraint);
        SamplingLoop.Run(SamplingPath.Create(options, prediction, schedule, startTime), batch, CancellationToken.None);
        return batch.Images.clone();
    }

    private static Tensor Step(StepCoefficients step, Tensor z, Tensor x, Tensor? previous = null)
        => (z * step.Z) + (x * step.X) + (previous is null ? 0 : previous * step.PreviousX);

    private static Tensor NoNoise(int step) => throw new AssertFailedException($"Step {step} asked for noise.");

    private static Tensor Record(List<double> levels, Tensor z, double logSnr)
    {
        levels.Add(logSnr);
        return z.clone();
    }

    /// <summary>The stand-in model of the expected values: eps = x t / (t + 1).</summary>
    private static Denoiser StandIn(TabulatedSchedule schedule) => (z, logSnr, _) =>
    {
        double t = schedule.StepOf(logSnr);
        return z * (t / (t + 1));
    };

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
