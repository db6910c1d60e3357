using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Schedules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Diffusion;

[TestClass]
public class DiffusionTests
{
    private static readonly double[] Levels = [-10, -1, 0, 1, 10];

    [TestMethod]
    public void Conversions_recover_x_noise_and_v_from_every_prediction()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        Tensor x = randn(2, 3, 4, 4, dtype: ScalarType.Float64), noise = randn_like(x);
        foreach (double logSnr in Levels)
        {
            double alpha = VariancePreserving.Alpha(logSnr), sigma = VariancePreserving.Sigma(logSnr);
            var z = (alpha * x) + (sigma * noise);
            var v = (alpha * noise) - (sigma * x);
            foreach (var (type, prediction) in new[] { (PredictionType.X, x), (PredictionType.Epsilon, noise), (PredictionType.V, v) })
            {
                AssertClose(x, Parametrization.ToX(type, prediction, z, logSnr));
                AssertClose(noise, Parametrization.ToEpsilon(type, prediction, z, logSnr));
                AssertClose(v, Parametrization.ToV(type, prediction, z, logSnr));
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
            double epsilonError = MeanSquare(Parametrization.ToEpsilon(type, prediction, z, logSnr) - noise);
            double xError = MeanSquare(Parametrization.ToX(type, prediction, z, logSnr) - x);
            var v = (noise * VariancePreserving.Alpha(logSnr)) - (x * VariancePreserving.Sigma(logSnr));
            double vError = MeanSquare(Parametrization.ToV(type, prediction, z, logSnr) - v);

            Check(LossType.Epsilon, epsilonError);
            Check(LossType.X, xError);
            Check(LossType.V, vError);
            Check(LossType.Sigmoid, epsilonError / (1 + Math.Exp(logSnr + 2)));
            Check(LossType.MinSnr, xError * Math.Min(Math.Exp(logSnr), 5));

            void Check(LossType loss, double expected)
                => Assert.AreEqual(expected, DiffusionLoss.PerExample(options, loss, prediction, x, noise, level).item<float>(), 1e-3 * Math.Abs(expected));
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
        double loss = DiffusionLoss.PerExample(options, LossType.Epsilon, prediction, noise, noise, zeros(1)).item<float>();

        Assert.AreEqual((1.0 / 4) + (1.0 / 4 / 2), loss, 1e-6);
    }

    private static double MeanSquare(Tensor residual) => residual.square().mean().item<float>();

    private static void AssertClose(Tensor expected, Tensor actual) => Assert.IsLessThan(1e-8, (expected - actual).abs().max().item<double>());
}
