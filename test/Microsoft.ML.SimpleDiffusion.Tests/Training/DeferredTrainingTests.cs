using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training;

/// <summary>Training as on a GPU, where the host must not wait for the device, with the CPU in its place.</summary>
[TestClass]
public class DeferredTrainingTests
{
    [TestMethod]
    public void Host_waits_for_the_device_once_in_sixteen_steps()
    {
        using var training = new TinyTraining(TinyData.Options(), staysOnDevice: true);
        using var feed = training.CreateFeed();

        training.StepWithoutReading(feed, 64);

        Assert.AreEqual(4, training.Target.Traffic.Waits);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Pictures_are_uploaded_as_bytes(bool drawNoiseOnDevice)
    {
        var options = TinyData.Options();
        options.Training.DrawNoiseOnDevice = drawNoiseOnDevice;
        using var training = new TinyTraining(options);

        training.Step(1);

        // Log-SNR and loss weight in four bytes each, and class in eight.
        const int batch = 8, pixels = 3 * TinyData.Side * TinyData.Side;
        Assert.AreEqual(batch * (pixels + 4 + 4 + 8 + (drawNoiseOnDevice ? 0 : 4 * pixels)), training.Target.Traffic.UploadedBytes);
    }

    [TestMethod]
    public void Training_learns_what_it_learns_on_a_cpu()
    {
        var options = TinyData.Options();
        options.Training.GradientAccumulation = 2;
        options.Training.WeightDecay = 0.01;

        // A gradient of nearly nothing may have another sign, which a small epsilon makes much of.
        options.Training.AdamEpsilon = 1e-3;
        using TinyTraining host = new(options, staysOnDevice: false), device = new(options, staysOnDevice: true);

        host.Step(10);
        device.Step(10);

        using var difference = (host.State.EmaWeights.Values - device.State.EmaWeights.Values).abs().max();
        Assert.IsLessThan(1e-4f, difference.item<float>());
    }

    [TestMethod]
    public void Results_are_told_of_every_step_in_order()
    {
        using TinyTraining one = new(TinyData.Options(), staysOnDevice: true), many = new(TinyData.Options(), staysOnDevice: true);
        using var ones = one.CreateFeed();
        using var manys = many.CreateFeed();

        var expected = Enumerable.Range(0, 5).Select(_ => one.Step(ones)).ToArray();

        CollectionAssert.AreEqual(expected, many.StepThenRead(manys, 5).ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 2, 3, 4, 5 }, expected.Select(result => result.StepsDone).ToArray());
    }

    [TestMethod]
    public void Too_many_bad_steps_in_a_row_end_a_training_whose_results_are_read_together()
    {
        var options = TinyData.Options();
        options.Training.MaxSkippedStepsInARow = 3;
        using var training = new TinyTraining(options, staysOnDevice: true);
        using var feed = training.CreateFeed();

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => training.StepThenRead(new PoisonedBatches(feed, 0, 1, 3, 4, 5), 8));

        StringAssert.Contains(error.Message, "3 steps in a row up to step 5");
        Assert.AreEqual(5, training.State.SkippedSteps);
        training.State.RequireFinite();
    }

    [TestMethod]
    public void Noise_that_the_device_draws_follows_from_seed_and_step()
    {
        var options = TinyData.Options();
        options.Training.DrawNoiseOnDevice = true;
        using TinyTraining one = new(options), same = new(options), other = new(TinyData.Options());

        one.Step(6);
        same.Step(3);
        _ = rand(5);
        same.Step(3);
        other.Step(6);

        CollectionAssert.AreEqual(Weights(one), Weights(same));
        CollectionAssert.AreNotEqual(Weights(one), Weights(other));
    }

    [TestMethod]
    public void Live_tensors_stay_the_same_from_step_to_step()
    {
        using var training = new TinyTraining(TinyData.Options(), staysOnDevice: true);
        training.Step(2);
        long before = LiveTensors.Settled();

        training.Step(5);

        Assert.AreEqual(before, LiveTensors.Count);
    }

    private static float[] Weights(TinyTraining training) => training.State.Weights.Values.data<float>().ToArray();
}
