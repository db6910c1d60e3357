using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Training.Optimizers;
using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Optimizers;

[TestClass]
public class AdamTests
{
    private static readonly AdamUpdate Plain = new()
    {
        Number = 1,
        LearningRate = 0.1,
        GradientClipNorm = 0,
        Beta1 = 0.9,
        Beta2 = 0.99,
        Epsilon = 1e-12,
        WeightDecay = 0,
        EmaRate = 0.25,
    };

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void First_step_moves_each_weight_by_the_learning_rate_against_the_sign_of_its_gradient(bool fused)
    {
        using var training = new Weights(initial: 1, gradient: i => i % 2 == 0 ? 3 : -0.02f);

        training.Apply(Plain, fused);

        for (int i = 0; i < training.Count; i++)
        {
            float expected = i % 2 == 0 ? 0.9f : 1.1f;
            Assert.AreEqual(expected, training.Weight(i), 1e-6f);
            Assert.AreEqual(1 + (0.25f * (expected - 1)), training.Average(i), 1e-6f);
            Assert.AreEqual(0f, training.Gradient(i));
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Second_step_follows_the_formulas_of_Kingma_and_Ba(bool fused)
    {
        // By hand, beta1 = 0.9, beta2 = 0.99, gradients 2 then 1 (4 and 2, clipped by half):
        // m = 0.9 * 0.2 + 0.1 = 0.28, v = 0.99 * 0.04 + 0.01 = 0.0496,
        // mHat = 0.28 / 0.19 = 1.473684, vHat = 0.0496 / 0.0199 = 2.492462, mHat / sqrt(vHat) = 0.933446.
        // w1 = 1 * (1 - 0.1 * 0.5) - 0.1 = 0.85, w2 = 0.85 * 0.95 - 0.1 * 0.933446 = 0.7141554.
        using var training = new Weights(initial: 1, gradient: _ => 4);
        var update = Plain with { WeightDecay = 0.5 };
        training.Apply(update with { GradientClipNorm = 2 * Math.Sqrt(training.Count) }, fused);
        training.SetGradient(_ => 2);

        training.Apply(update with { Number = 2, GradientClipNorm = Math.Sqrt(training.Count) }, fused);

        Assert.AreEqual(0.7141554f, training.Weight(0), 2e-6f);
        Assert.AreEqual(0.7141554f, training.Weight(training.Count - 1), 2e-6f);
    }

    [TestMethod]
    public void Fused_operator_and_loop_agree()
    {
        static float Gradient(int i) => MathF.Sin(i * 0.7f) * MathF.Pow(10, (i % 9) - 6);
        using Weights loop = new(initial: 0.3f, Gradient), fused = new(initial: 0.3f, Gradient);
        for (int n = 1; n <= 5; n++)
        {
            int number = n;
            loop.SetGradient(i => Gradient(i + number));
            fused.SetGradient(i => Gradient(i + number));
            loop.Apply(Plain with { Number = n, WeightDecay = 0.01 }, fused: false);
            fused.Apply(Plain with { Number = n, WeightDecay = 0.01 }, fused: true);
        }

        for (int i = 0; i < loop.Count; i++)
        {
            Assert.AreEqual(loop.Weight(i), fused.Weight(i), 1e-5f);
            Assert.AreEqual(loop.Average(i), fused.Average(i), 1e-5f);
        }
    }

    [TestMethod]
    [DataRow(false, double.NaN, 1f)]
    [DataRow(true, double.NaN, 1f)]
    [DataRow(false, 1.0, float.NaN)]
    [DataRow(true, 1.0, float.NaN)]
    [DataRow(false, 1.0, float.PositiveInfinity)]
    [DataRow(true, 1.0, float.PositiveInfinity)]
    public void Step_that_is_not_finite_only_clears_the_gradient(bool fused, double loss, float gradient)
    {
        using var training = new Weights(initial: 1, gradient: i => i == 5 ? gradient : 0.5f);

        training.Apply(Plain with { GradientClipNorm = 1, WeightDecay = 0.1 }, fused, loss);

        for (int i = 0; i < training.Count; i++)
        {
            Assert.AreEqual(1f, training.Weight(i));
            Assert.AreEqual(1f, training.Average(i));
            Assert.AreEqual(0f, training.Gradient(i));
        }
    }

    [TestMethod]
    [DataRow(1.0, 4.0, 0.25)]
    [DataRow(1.0, 0.5, 1.0)]
    [DataRow(0.0, 4.0, 1.0)]
    public void Gradient_is_scaled_to_the_clip_norm_if_it_is_longer(double clipNorm, double norm, double expected)
    {
        var options = new TrainingOptions { GradientClipNorm = clipNorm, WarmupSteps = 1 };

        Assert.AreEqual(expected, AdamUpdate.At(options, step: 3).GradientScale(norm), 1e-12);
    }

    [TestMethod]
    public void Average_is_warmed_up()
    {
        Assert.AreEqual(0.1, AdamUpdate.EmaDecayAt(0.9999, step: 0), 1e-12);
        Assert.AreEqual(0.5, AdamUpdate.EmaDecayAt(0.9999, step: 8), 1e-12);
        Assert.AreEqual(0.9999, AdamUpdate.EmaDecayAt(0.9999, step: 1_000_000), 1e-12);
    }

    /// <summary>A training state of one layer with chosen weights and gradients, of a length that no vector divides.</summary>
    private sealed class Weights : IDisposable
    {
        private readonly DenoisingNetwork _network;
        private readonly TrainingState _state;

        public Weights(float initial, Func<int, float> gradient)
        {
            var options = TinyData.Options();
            _network = DenoisingNetwork.Create(NetworkSpecification.Create(OptionsResolver.Resolve(options, hasGpu: false, seed: 1), classCount: 3), -15, 15, CPU);
            _state = new TrainingState(_network, CPU);
            using var guard = no_grad();
            _state.Weights.Values.fill_(initial);
            _state.EmaWeights.Values.fill_(initial);
            SetGradient(gradient);
        }

        public int Count => (int)_state.Weights.Values.numel();

        public float Weight(int i) => _state.Weights.Values.data<float>()[i];

        public float Average(int i) => _state.EmaWeights.Values.data<float>()[i];

        public float Gradient(int i) => _state.Gradients.Values.data<float>()[i];

        public void SetGradient(Func<int, float> gradient)
        {
            using var guard = no_grad();
            using var values = tensor(Enumerable.Range(0, Count).Select(gradient).ToArray());
            _state.Gradients.Values.copy_(values);
        }

        public void Apply(AdamUpdate update, bool fused, double loss = 1)
        {
            using var scope = NewDisposeScope();
            var optimizer = IOptimizer.Create(OptimizerType.Adam, _state, ComputePrecision.Float32, staysOnDevice: fused);
            optimizer.Apply(_state, update, tensor(loss), _state.Gradients.Values.norm());
        }

        public void Dispose()
        {
            _state.Dispose();
            _network.Dispose();
        }
    }
}
