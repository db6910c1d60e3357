using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training;

[TestClass]
public class GuardTests
{
    [TestMethod]
    [DataRow(false, DisplayName = "CPU")]
    [DataRow(true, DisplayName = "as on a GPU")]
    public void Step_with_a_nan_in_its_batch_is_counted_and_changes_nothing_else(bool staysOnDevice)
    {
        using var training = new TinyTraining(TinyData.Options(), staysOnDevice: staysOnDevice);
        using var feed = training.CreateFeed();
        var batches = new PoisonedBatches(feed, 1);
        training.Step(batches);
        float[] weights = Numbers(training.State.Weights), average = Numbers(training.State.EmaWeights), moments = Numbers(training.State.SecondMoments);

        var bad = training.Step(batches);

        Assert.IsTrue(bad.IsSkipped);
        Assert.AreEqual(2, training.State.Step);
        Assert.AreEqual(1, training.State.SkippedSteps);
        CollectionAssert.AreEqual(weights, Numbers(training.State.Weights));
        CollectionAssert.AreEqual(average, Numbers(training.State.EmaWeights));
        CollectionAssert.AreEqual(moments, Numbers(training.State.SecondMoments));
        Assert.IsFalse(training.Step(batches).IsSkipped);
        training.State.RequireFinite();
    }

    [TestMethod]
    public void Nan_in_one_of_several_micro_batches_skips_the_whole_step()
    {
        var options = TinyData.Options();
        options.Training.GradientAccumulation = 2;
        using var training = new TinyTraining(options);
        using var feed = training.CreateFeed();

        Assert.IsTrue(training.Step(new PoisonedBatches(feed, 0)).IsSkipped);
        Assert.IsFalse(training.Step(feed).IsSkipped);
    }

    [TestMethod]
    public void Training_ends_after_the_configured_number_of_bad_steps_in_a_row()
    {
        var options = TinyData.Options();
        options.Training.MaxSkippedStepsInARow = 3;
        using var training = new TinyTraining(options);
        using var feed = training.CreateFeed();
        var batches = new PoisonedBatches(feed, 0, 1, 3, 4, 5);
        for (int step = 0; step < 5; step++)
        {
            training.Step(batches);
        }

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => training.Step(batches));

        StringAssert.Contains(error.Message, "3 steps in a row up to step 5");
        Assert.AreEqual(5, training.State.SkippedSteps);
        training.State.RequireFinite();
    }

    [TestMethod]
    public void Number_that_is_not_finite_is_found_in_every_buffer()
    {
        using var training = new TinyTraining(TinyData.Options());
        var state = training.State;
        foreach (var buffer in new[] { state.Weights, state.EmaWeights, state.FirstMoments, state.SecondMoments })
        {
            foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            {
                using var number = buffer.Values.narrow(0, buffer.Values.shape[0] / 2, 1);
                number.fill_(value);

                var error = Assert.ThrowsExactly<InvalidOperationException>(state.RequireFinite, $"{value}");

                StringAssert.Contains(error.Message, "LearningRate");
                number.fill_(0);
            }
        }

        state.RequireFinite();
    }

    [TestMethod]
    public void Weights_that_are_not_finite_never_reach_a_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var log = new CapturedLog();
        var options = TinyData.Options(steps: 5);
        options.Training.LearningRate = 1e60;
        options.Training.CheckpointDirectory = folder.Path;
        options.Training.CheckpointEverySteps = 1;

        Assert.ThrowsExactly<InvalidOperationException>(() => log.Context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(log.Context)));

        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*.safetensors"));
    }

    [TestMethod]
    public void Model_is_never_made_of_weights_that_are_not_finite()
    {
        var context = new MLContext(1);
        var options = TinyData.Options(steps: 1);
        options.Training.LearningRate = 1e60;

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(context)));

        StringAssert.Contains(error.Message, "Training has diverged");
    }

    [TestMethod]
    public void Skipped_steps_are_counted_across_a_resume_and_the_checkpoints_stay_whole()
    {
        using var folder = new TemporaryFolder();

        // The first step makes weights so large that no later one is finite.
        Fit(new CapturedLog(), steps: 4);
        var log = new CapturedLog();
        Fit(log, steps: 6);

        string[] counts = log.With("Steps skipped so far");
        StringAssert.EndsWith(counts[0], ": 3.");
        StringAssert.EndsWith(counts[^1], ": 5.");
        Assert.HasCount(1, log.With("Going on from step 4"));

        void Fit(CapturedLog to, int steps)
        {
            var options = TinyData.Options(steps);
            options.Training.LearningRate = 1e18;
            options.Training.WarmupSteps = 1;
            options.Training.CheckpointDirectory = folder.Path;
            options.Training.CheckpointEverySteps = 1;
            to.Context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(to.Context)).Dispose();
        }
    }

    private static float[] Numbers(FlatBuffer buffer) => buffer.Values.data<float>().ToArray();
}
