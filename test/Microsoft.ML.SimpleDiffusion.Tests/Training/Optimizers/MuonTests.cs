using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Optimizers;
using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Optimizers;

[TestClass]
public class MuonTests
{
    private static readonly AdamUpdate Update = new()
    {
        Number = 1,
        LearningRate = 0.1,
        GradientClipNorm = 0,
        Beta1 = 0.9,
        Beta2 = 0.99,
        Epsilon = 1e-12,
        WeightDecay = 0.5,
        EmaRate = 0.25,
    };

    [TestMethod]
    [DataRow(6, 10, ComputePrecision.Float32)]
    [DataRow(10, 6, ComputePrecision.Float32)]
    [DataRow(8, 8, ComputePrecision.BFloat16)]
    public void Directions_keep_their_singular_vectors_and_get_singular_values_about_one(int rows, int columns, ComputePrecision precision)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var directions = randn(3, rows, columns);

        var actual = new Muon([], new Nothing(), precision).Orthogonalize(directions);

        // The quintic iteration is made to be fast: values end between about 0.7 and 1.2.
        var (u, s, vh) = linalg.svd(directions, fullMatrices: false);
        var inner = u.transpose(1, 2).bmm(actual).bmm(vh.transpose(1, 2));
        var diagonal = inner.diagonal(0, 1, 2);
        float tolerance = precision == ComputePrecision.BFloat16 ? 0.05f : 1e-4f;
        Assert.IsGreaterThan(0.6f, diagonal.min().item<float>());
        Assert.IsLessThan(1.3f, diagonal.max().item<float>());
        Assert.IsLessThan(tolerance, (inner - diag_embed(diagonal)).abs().max().item<float>());
        Assert.AreEqual(rows * columns * 3, actual.numel());
    }

    [TestMethod]
    public void Iteration_is_the_published_polynomial_of_the_singular_values()
    {
        using var scope = NewDisposeScope();
        var actual = new Muon([], new Nothing(), ComputePrecision.Float32).Orthogonalize(diag(tensor(new[] { 3f, 4f })).unsqueeze(0));

        // 3 and 4 over their norm 5, then five times 3.4445 s - 4.7750 s³ + 2.0315 s⁵.
        Assert.AreEqual(Polynomial(0.6), actual[0, 0, 0].item<float>(), 1e-4);
        Assert.AreEqual(Polynomial(0.8), actual[0, 1, 1].item<float>(), 1e-4);
        Assert.AreEqual(0f, actual[0, 0, 1].item<float>(), 1e-6f);

        static double Polynomial(double s)
        {
            for (int i = 0; i < 5; i++)
            {
                s = (3.4445 * s) - (4.7750 * s * s * s) + (2.0315 * Math.Pow(s, 5));
            }

            return s;
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Hidden_matrices_step_by_the_momentum_and_the_rest_by_adam(bool staysOnDevice)
    {
        using var scope = NewDisposeScope();
        using var network = Network(NetworkArchitecture.UVit);
        using var state = new TrainingState(network, CPU);
        var matrix = state.Layout.Matrices[0];
        using (no_grad())
        {
            manual_seed(4);
            state.Gradients.Values.copy_(randn(state.Gradients.Values.shape));
        }

        var before = state.Weights.Values.clone();
        var gradient = Matrix(state.Gradients, matrix).clone();
        IOptimizer.Create(OptimizerType.Muon, state, ComputePrecision.Float32, staysOnDevice).Apply(state, Update, tensor(1.0), tensor(1f));

        // Momentum 0.05 G, and the step looks ahead: 0.05 G + 0.95 × 0.05 G, whose length the direction does not have.
        var direction = new Muon([], new Nothing(), ComputePrecision.Float32).Orthogonalize(gradient);
        var start = before.narrow(0, matrix.Range.Start, matrix.Range.Length).view(matrix.Count, matrix.Rows, matrix.Columns);
        var expected = (start * 0.95) - (0.1 * 0.2 * Math.Sqrt(Math.Max(matrix.Rows, matrix.Columns)) * direction);
        Assert.IsLessThan(1e-5f, (expected - Matrix(state.Weights, matrix)).abs().max().item<float>());
        Assert.IsLessThan(1e-6f, ((0.05 * gradient) - Matrix(state.FirstMoments, matrix)).abs().max().item<float>());
        Assert.IsLessThan(1e-6f, (start.lerp(expected, 0.25) - Matrix(state.EmaWeights, matrix)).abs().max().item<float>());
        Assert.AreEqual(0f, Matrix(state.SecondMoments, matrix).abs().max().item<float>());

        // The first step of Adam is as long as the learning rate, whatever the gradient.
        var rest = state.Layout.Rest;
        var moved = (before.narrow(0, rest.Start, rest.Length) * 0.95) - state.Weights.Part(rest);
        Assert.IsLessThan(1e-4f, (moved.abs() - 0.1).abs().max().item<float>());

        Assert.AreEqual(0f, state.Gradients.Values.abs().max().item<float>());
    }

    [TestMethod]
    [DataRow(false, double.NaN, 1f)]
    [DataRow(true, double.NaN, 1f)]
    [DataRow(false, 1.0, float.NaN)]
    [DataRow(true, 1.0, float.NaN)]
    public void Step_that_is_not_finite_only_clears_the_gradient(bool staysOnDevice, double loss, float gradient)
    {
        using var scope = NewDisposeScope();
        using var network = Network(NetworkArchitecture.UNet);
        using var state = new TrainingState(network, CPU);
        using (no_grad())
        {
            state.Gradients.Values.fill_(gradient);
        }

        var before = state.Weights.Values.clone();
        IOptimizer.Create(OptimizerType.Muon, state, ComputePrecision.Float32, staysOnDevice)
            .Apply(state, Update with { GradientClipNorm = 1 }, tensor(loss), state.Gradients.Values.norm());

        Assert.IsTrue(before.allclose(state.Weights.Values, rtol: 0, atol: 0));
        Assert.IsTrue(before.allclose(state.EmaWeights.Values, rtol: 0, atol: 0));
        Assert.AreEqual(0f, state.FirstMoments.Values.abs().max().item<float>());
        Assert.AreEqual(0f, state.Gradients.Values.abs().max().item<float>());
    }

    [TestMethod]
    [DataRow(NetworkArchitecture.UVit)]
    [DataRow(NetworkArchitecture.UNet)]
    public void What_reads_or_writes_pixels_embeddings_or_modulation_is_no_hidden_matrix(NetworkArchitecture architecture)
    {
        using var network = Network(architecture);
        var weights = network.Plan.Weights.ToList();

        string[] hidden = [.. weights.Where(weight => weight.HiddenMatrices > 0).Select(weight => weight.Name)];
        string[] others = [.. weights.Where(weight => weight.HiddenMatrices == 0 && weight.Shape.Length > 1).Select(weight => weight.Name)];

        Assert.IsTrue(hidden.All(name => name.EndsWith("weight", StringComparison.Ordinal)), string.Join(", ", hidden));
        Assert.IsTrue(
            others.All(name => name.Contains("film", StringComparison.Ordinal) || name.StartsWith("embedding", StringComparison.Ordinal) || name.StartsWith("input", StringComparison.Ordinal)
                || name.StartsWith("output", StringComparison.Ordinal) || name.StartsWith("patching", StringComparison.Ordinal) || name.Contains("position", StringComparison.Ordinal)
                || name.StartsWith("text.tokens", StringComparison.Ordinal)),
            string.Join(", ", others));
        Assert.Contains(weight => weight.Name.EndsWith("qkv.weight", StringComparison.Ordinal) && weight.HiddenMatrices == 3, weights);
        Assert.Contains(weight => weight.Name.EndsWith("key_value.weight", StringComparison.Ordinal) && weight.HiddenMatrices == 2, weights);
    }

    [TestMethod]
    public void Run_that_goes_on_has_the_weights_of_one_that_was_not_stopped_bit_for_bit()
    {
        var context = new MLContext(1);
        using var folder = new TemporaryFolder();
        var options = TinyData.Options(steps: 12);
        options.Training.Optimizer = OptimizerType.Muon;
        using var whole = context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(context));
        options.Training.CheckpointDirectory = folder.Path;
        options.Training.StopAtStep = 5;
        context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(context)).Dispose();
        options.Training.StopAtStep = null;

        using var resumed = context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(context));

        CollectionAssert.AreEqual(WeightBytes.Of(whole), WeightBytes.Of(resumed));
        options.Training.Optimizer = OptimizerType.Adam;
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(context)));
        StringAssert.Contains(error.Message, "options.training.optimizer is \"Muon\" there and \"Adam\" here");
    }

    private static DenoisingNetwork Network(NetworkArchitecture architecture)
    {
        var options = SmallNetwork.Options(architecture);
        (options.Network.Patching, options.Network.PatchLevels) = (PatchingType.Convolution, 1);
        return SmallNetwork.Create(SmallNetwork.Condition(ConditionKind.Text).Specify(options));
    }

    private static Tensor Matrix(FlatBuffer buffer, MatrixBatch batch) => buffer.Part(batch.Range).view(batch.Count, batch.Rows, batch.Columns);

    private sealed class Nothing : IOptimizer
    {
        public void Apply(TrainingState state, AdamUpdate update, Tensor loss, Tensor gradientNorm)
        {
        }
    }
}
