using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Samplers;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Diffusion;

[TestClass]
public class DiffusionTests
{
    private const double Slope = -6;

    private static readonly double[] Levels = [-10, -1, 0, 1, 10];

    [TestMethod]
    public void Conversions_recover_x_noise_and_v_from_every_prediction()
    {
        const double x = 0.7, noise = -1.3;
        foreach (double logSnr in Levels)
        {
            double alpha = VariancePreserving.Alpha(logSnr), sigma = VariancePreserving.Sigma(logSnr);
            double z = (alpha * x) + (sigma * noise), v = (alpha * noise) - (sigma * x);
            foreach (var (type, prediction) in new[] { (PredictionType.X, x), (PredictionType.Epsilon, noise), (PredictionType.V, v) })
            {
                AssertClose(x, Parametrization.ToX(type, logSnr));
                AssertClose(noise, Parametrization.ToEpsilon(type, logSnr));
                AssertClose(v, Parametrization.ToV(type, logSnr));

                void AssertClose(double expected, LinearCombination actual) => Assert.AreEqual(expected, (actual.Z * z) + (actual.Prediction * prediction), 1e-8);
            }
        }
    }

    [TestMethod]
    public void Diffusing_mixes_image_and_noise_per_image()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2, 1, 2, 2), noise = full(2, 1, 2, 2, value: 3f);

        var z = ForwardProcess.Diffuse(x, noise, tensor(new[] { 0f, 100f }));

        Assert.AreEqual(4 / Math.Sqrt(2), z[0, 0, 0, 0].item<float>(), 1e-5);
        Assert.AreEqual(1, z[1, 0, 0, 0].item<float>(), 1e-5);
    }

    [TestMethod]
    [DataRow(PredictionType.V)]
    [DataRow(PredictionType.Epsilon)]
    [DataRow(PredictionType.X)]
    public void Each_loss_is_the_weighted_squared_error_of_its_definition(PredictionType type)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        var options = new DiffusionOptions { Prediction = type, SigmoidLossBias = -2, MinSnrGamma = 5 };
        Tensor x = randn(1, 3, 4, 4), noise = randn_like(x), prediction = randn_like(x);
        foreach (double logSnr in new[] { -3.0, 0.5, 3.0 })
        {
            var level = tensor(new[] { (float)logSnr });
            var z = ForwardProcess.Diffuse(x, noise, level);
            double epsilonError = MeanSquare(Parametrization.ToEpsilon(type, logSnr).Apply(z, prediction) - noise);
            double xError = MeanSquare(Parametrization.ToX(type, logSnr).Apply(z, prediction) - x);
            var v = (noise * VariancePreserving.Alpha(logSnr)) - (x * VariancePreserving.Sigma(logSnr));
            double vError = MeanSquare(Parametrization.ToV(type, logSnr).Apply(z, prediction) - v);

            Check(LossType.Epsilon, epsilonError);
            Check(LossType.X, xError);
            Check(LossType.V, vError);
            Check(LossType.SigmoidWithoutSlope, epsilonError / (1 + Math.Exp(logSnr + 2)));
            Check(LossType.Sigmoid, -0.5 * Slope * xError * Math.Exp(-2) / (1 + Math.Exp(-2 - logSnr)));
            Check(LossType.Sigmoid, -0.5 * Slope * epsilonError / (1 + Math.Exp(logSnr + 2)));
            Check(LossType.Sigmoid, -0.5 * Slope * vError / (1 + Math.Exp(-logSnr)) / (1 + Math.Exp(logSnr + 2)));
            Check(LossType.MinSnr, xError * Math.Min(Math.Exp(logSnr), 5));

            void Check(LossType loss, double expected)
                => Assert.AreEqual(expected, Loss(options, loss, prediction, x, noise, logSnr), 1e-3 * Math.Abs(expected));
        }
    }

    [TestMethod]
    [DataRow(PredictionType.V)]
    [DataRow(PredictionType.Epsilon)]
    [DataRow(PredictionType.X)]
    public void Sigmoid_loss_counts_each_noise_level_the_same_under_every_schedule(PredictionType type)
    {
        const double From = -4, To = 3, Bias = -1;
        var options = new DiffusionOptions { Prediction = type, Loss = LossType.Sigmoid, SigmoidLossBias = (float)Bias };

        // Of an error in x that is one everywhere, between two levels that all schedules pass: half the integral of e^b sigmoid(l - b) over l.
        double expected = 0.5 * Math.Exp(Bias) * (Math.Log(1 + Math.Exp(To - Bias)) - Math.Log(1 + Math.Exp(From - Bias)));
        foreach (var kind in Enum.GetValues<ScheduleType>())
        {
            var schedule = NoiseSchedules.Create(new DiffusionOptions { Schedule = kind, NoiseResolution = 32 }, 128, 128);
            double sum = 0;
            const int Count = 200_000;
            for (int i = 0; i < Count; i++)
            {
                double t = (i + 0.5) / Count, logSnr = schedule.LogSnr(t);
                if (logSnr is >= From and <= To)
                {
                    sum += LossWeight.Of(options, logSnr, schedule.Slope(t)) * Math.Exp(logSnr - Parametrization.LogSquaredEpsilonError(type, logSnr)) / Count;
                }
            }

            Assert.AreEqual(expected, sum, 1e-3 * expected, kind.ToString());
        }
    }

    [TestMethod]
    public void Multiscale_loss_adds_pooled_errors_over_their_resolution()
    {
        using var scope = NewDisposeScope();
        var options = new DiffusionOptions { Prediction = PredictionType.Epsilon, MultiscaleBaseResolution = 2 };
        Tensor noise = zeros(1, 1, 4, 4), prediction = zeros(1, 1, 4, 4);
        prediction[0, 0, 0, 0] = 4;

        // At 4x4: 16 / 16 pixels, over 4. Pooled to 2x2: one pixel of 1, over 4 pixels and over 2.
        double loss = Loss(options, LossType.Epsilon, prediction, noise, noise, logSnr: 0);

        Assert.AreEqual((1.0 / 4) + (1.0 / 4 / 2), loss, 1e-6);
    }

    // Two pixels: x = (0.5, -0.25), eps = (1, -1), prediction = (0.3, 0.2); bias -3, gamma 2. Worked out apart from the library: alpha² = 1 / (1 + e^-logSNR),
    // z = alpha x + sigma eps; what the prediction means for x, eps and v; their mean squared errors; times 1 / (1 + e^(logSNR + 3)), min(e^logSNR, 2).
    // The schedule's slope is -6 here.
    [TestMethod]
    [DataRow(PredictionType.V, LossType.Epsilon, 1.0, 0.3449728)]
    [DataRow(PredictionType.V, LossType.V, 1.0, 0.4718812)]
    [DataRow(PredictionType.V, LossType.X, 1.0, 0.1269084)]
    [DataRow(PredictionType.V, LossType.SigmoidWithoutSlope, 1.0, 0.0062048)]
    [DataRow(PredictionType.V, LossType.Sigmoid, 1.0, 0.0186144)]
    [DataRow(PredictionType.V, LossType.MinSnr, 1.0, 0.2538168)]
    [DataRow(PredictionType.Epsilon, LossType.Epsilon, 1.0, 0.9650000)]
    [DataRow(PredictionType.Epsilon, LossType.V, 1.0, 1.3200037)]
    [DataRow(PredictionType.Epsilon, LossType.X, 1.0, 0.3550037)]
    [DataRow(PredictionType.Epsilon, LossType.SigmoidWithoutSlope, 1.0, 0.0173567)]
    [DataRow(PredictionType.Epsilon, LossType.MinSnr, 1.0, 0.7100073)]
    [DataRow(PredictionType.X, LossType.Epsilon, 1.0, 0.3295917)]
    [DataRow(PredictionType.X, LossType.V, 1.0, 0.4508417)]
    [DataRow(PredictionType.X, LossType.X, 1.0, 0.1212500)]
    [DataRow(PredictionType.X, LossType.SigmoidWithoutSlope, 1.0, 0.0059281)]
    [DataRow(PredictionType.X, LossType.MinSnr, 1.0, 0.2425000)]
    [DataRow(PredictionType.V, LossType.Epsilon, -2.0, 0.0164658)]
    [DataRow(PredictionType.V, LossType.V, -2.0, 0.1381321)]
    [DataRow(PredictionType.V, LossType.X, -2.0, 0.1216664)]
    [DataRow(PredictionType.V, LossType.SigmoidWithoutSlope, -2.0, 0.0044283)]
    [DataRow(PredictionType.V, LossType.MinSnr, -2.0, 0.0164658)]
    [DataRow(PredictionType.Epsilon, LossType.Epsilon, -2.0, 0.9650000)]
    [DataRow(PredictionType.Epsilon, LossType.V, -2.0, 8.0954391)]
    [DataRow(PredictionType.Epsilon, LossType.X, -2.0, 7.1304391)]
    [DataRow(PredictionType.Epsilon, LossType.SigmoidWithoutSlope, -2.0, 0.2595285)]
    [DataRow(PredictionType.Epsilon, LossType.MinSnr, -2.0, 0.9650000)]
    [DataRow(PredictionType.X, LossType.Epsilon, -2.0, 0.0164094)]
    [DataRow(PredictionType.X, LossType.V, -2.0, 0.1376594)]
    [DataRow(PredictionType.X, LossType.X, -2.0, 0.1212500)]
    [DataRow(PredictionType.X, LossType.SigmoidWithoutSlope, -2.0, 0.0044132)]
    [DataRow(PredictionType.X, LossType.Sigmoid, -2.0, 0.0132396)]
    [DataRow(PredictionType.X, LossType.MinSnr, -2.0, 0.0164094)]
    public void Loss_is_the_number_worked_out_by_hand(PredictionType type, LossType loss, double logSnr, double expected)
    {
        using var scope = NewDisposeScope();
        var options = new DiffusionOptions { Prediction = type, SigmoidLossBias = -3, MinSnrGamma = 2 };
        Tensor x = Pixels(0.5f, -0.25f), noise = Pixels(1, -1), prediction = Pixels(0.3f, 0.2f);

        double actual = Loss(options, loss, prediction, x, noise, logSnr);

        Assert.AreEqual(expected, actual, 2e-6 * Math.Max(1, expected));
        static Tensor Pixels(float a, float b) => tensor(new[] { a, b }).view(1, 1, 1, 2);
    }

    [TestMethod]
    [DataRow(64, 64, 3.0 / 64)]
    [DataRow(64, 128, 3.0 / 64)]
    [DataRow(256, 256, (1.0 / 256) + (1.0 / 128) + (1.0 / 64) + (1.0 / 32))]
    public void Multiscale_loss_of_a_coarse_error_counts_at_every_resolution_from_32(int height, int width, double expected)
    {
        using var scope = NewDisposeScope();
        var options = new DiffusionOptions { Prediction = PredictionType.Epsilon, MultiscaleBaseResolution = 32 };
        Tensor noise = zeros(1, 1, height, width), coarse = ones(1, 1, height, width), fine = ones(1, 1, height, width);
        fine[TensorIndex.Ellipsis, TensorIndex.Slice(0, null, 2)] = -1;

        // An error of one everywhere survives pooling; one of alternating sign counts at full resolution only, which is that of the shorter side.
        Assert.AreEqual(expected, Loss(options, LossType.Epsilon, coarse, noise, noise, logSnr: 0), 1e-6);
        Assert.AreEqual(1.0 / Math.Min(height, width), Loss(options, LossType.Epsilon, fine, noise, noise, logSnr: 0), 1e-6);
    }

    /// <summary>The loss of one image whose prediction is given.</summary>
    private static double Loss(DiffusionOptions diffusion, LossType loss, Tensor prediction, Tensor x, Tensor noise, double logSnr)
    {
        diffusion.Loss = loss;
        var options = SmallNetwork.Options(NetworkArchitecture.UVit);
        options.Diffusion = diffusion;
        using var model = new DenoisingModel(options, ConditionDescription.None, new ComputeTarget(CPU, ComputePrecision.Float32));
        using var levels = NoiseLevels.Create(diffusion, new OneLevel(logSnr), [0.5]);
        return model.Loss(prediction - ForwardProcess.Target(diffusion.Prediction, x, noise, levels.LogSnr), levels).item<float>();
    }

    private static double MeanSquare(Tensor residual) => residual.square().mean().item<float>();

    /// <summary>A schedule that has one log-SNR and one slope at all times.</summary>
    private sealed class OneLevel(double logSnr) : INoiseSchedule
    {
        public double LogSnrMin => logSnr;

        public double LogSnrMax => logSnr;

        public double LogSnr(double t) => logSnr;

        public double Slope(double t) => DiffusionTests.Slope;

        public double Time(double logSnr) => throw new NotSupportedException("All times are alike.");
    }
}
