using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Samplers;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Samplers;

[TestClass]
public class TensorSamplingBatchTests
{
    [TestMethod]
    [DataRow(SamplerType.Ddpm)]
    [DataRow(SamplerType.Ddim)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M)]
    public void Way_to_its_end_or_broken_off_leaves_no_tensor_behind(SamplerType sampler)
    {
        using var start = randn(1, 1, 4, 4);
        Run(start, sampler, evaluations: 5);
        long before = LiveTensors.Settled();

        Run(start, sampler, evaluations: 5);
        Run(start, sampler, evaluations: 2);

        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void Prediction_that_is_the_image_itself_is_taken_as_it_is()
    {
        using var scope = NewDisposeScope();

        var x = new LinearCombination(Z: 0, Prediction: 1).Apply(full(1, 1, 1, 1, value: float.PositiveInfinity), full(1, 1, 1, 1, value: 0.5f));

        Assert.AreEqual(0.5f, x.item<float>());
    }

    /// <summary>Breaks off in the middle, if it is told to, after a prediction that no step has used.</summary>
    private static void Run(Tensor start, SamplerType sampler, int evaluations)
    {
        var options = new SamplingOptions { Steps = 5, Sampler = sampler };
        var path = SamplingPath.Create(options, PredictionType.V, NoiseSchedules.Create(new DiffusionOptions { NoiseResolution = 32 }, 64, 64), start: 1);
        using var batch = new TensorSamplingBatch(start, (z, _, _) => z * 0.5, _ => randn(1, 1, 4, 4), Thresholding.Of(options), constraint: null);
        foreach (var step in path.Take(evaluations))
        {
            // As the generator does: what a prediction leaves behind belongs to a scope.
            using var scope = NewDisposeScope();
            batch.PredictX(step);
            if (step.Index == evaluations - 1 && evaluations < path.Count)
            {
                return;
            }

            if (step.Coefficients is { } coefficients)
            {
                batch.Step(coefficients, step.Index);
            }
            else
            {
                batch.Finish();
            }
        }
    }
}
