using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training;

/// <summary>
/// Callbacks that throw: none of them ends a run without its checkpoint. The data has a context of its own, because ML.NET's readers let a log handler's
/// exception through.
/// </summary>
[TestClass]
public class ForeignCodeTests
{
    [TestMethod]
    public void Log_handler_that_always_throws_costs_nothing()
    {
        using var expected = new MLContext(1).Transforms.SimpleDiffusion(Options()).Fit(TinyData.View(new MLContext(1)));
        var context = new MLContext(1);
        var data = TinyData.View(new MLContext(1));
        context.Log += (_, _) => throw new InvalidCastException("a mistake of the application");

        using var model = context.Transforms.SimpleDiffusion(Options()).Fit(data, data);

        CollectionAssert.AreEqual(WeightBytes.Of(expected), WeightBytes.Of(model));
        model.Transform(data).Preview(maxRows: 1);
    }

    [TestMethod]
    public void Log_handler_that_throws_sometimes_hears_the_rest()
    {
        var context = new MLContext(1);
        var data = TinyData.View(new MLContext(1));
        int count = 0;
        var heard = new List<string>();
        context.Log += (_, e) =>
        {
            if (count++ % 3 == 0)
            {
                throw new InvalidCastException("a mistake of the application");
            }

            heard.Add(e.Message);
        };

        context.Transforms.SimpleDiffusion(Options()).Fit(data).Dispose();

        Assert.IsNotEmpty(heard.Where(message => message.Contains("Training", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Metric_that_fails_at_a_pause_leaves_a_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var options = TinyData.Options(steps: 4);
        options.Training.StopAtStep = 3;
        options.Training.EvaluateEverySteps = 4;
        options.Training.CheckpointDirectory = folder.Path;
        options.Training.Metrics = [new FakeMetric(step => step == 3 ? throw new OperationCanceledException("not asked for") : 0)];
        var context = new MLContext(1);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(context), TinyData.View(context, 3)));

        Assert.StartsWith($"The metric 'Fake' failed at step 3: not asked for. What was learnt up to step 3 is saved in '{folder.Path}'", error.Message);
        Assert.IsTrue(File.Exists(folder.File("checkpoint-00000003.safetensors")));
    }

    private static SimpleDiffusionOptions Options() => TinyData.Options(steps: 3);
}
