using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Samplers;

namespace Microsoft.ML.SimpleDiffusion.Tests.Samplers;

[TestClass]
public class SamplingLoopTests
{
    [TestMethod]
    public void Every_evaluation_is_followed_by_its_step_and_the_last_by_the_result()
    {
        var batch = new Recorder();

        SamplingLoop.Run(Path(3), batch, CancellationToken.None);

        CollectionAssert.AreEqual(
            new[] { "constrain", "predict 0", "step 0", "constrain", "predict 1", "step 1", "constrain", "predict 2", "finish", "constrain" }, batch.Calls);
    }

    [TestMethod]
    public void Cancellation_ends_the_way_before_the_next_evaluation()
    {
        using var source = new CancellationTokenSource();
        var batch = new Recorder
        {
            AfterPrediction = index =>
            {
                if (index == 1)
                {
                    source.Cancel();
                }
            },
        };

        Assert.ThrowsExactly<OperationCanceledException>(() => SamplingLoop.Run(Path(4), batch, source.Token));

        Assert.AreEqual("constrain", batch.Calls[^1]);
        Assert.AreEqual("step 1", batch.Calls[^2]);
    }

    private static IReadOnlyList<SamplingStep> Path(int steps)
        => SamplingPath.Create(new SamplingOptions { Steps = steps }, PredictionType.V, NoiseSchedules.Create(new DiffusionOptions { NoiseResolution = 32 }, 64, 64), start: 1);

    private sealed class Recorder : ISamplingBatch
    {
        public List<string> Calls { get; } = [];

        public Action<int> AfterPrediction { get; set; } = _ => { };

        public void PredictX(SamplingStep step)
        {
            Calls.Add($"predict {step.Index}");
            AfterPrediction(step.Index);
        }

        public void Step(StepCoefficients coefficients, int index) => Calls.Add($"step {index}");

        public void Finish() => Calls.Add("finish");

        public void Constrain(double logSnr) => Calls.Add("constrain");
    }
}
