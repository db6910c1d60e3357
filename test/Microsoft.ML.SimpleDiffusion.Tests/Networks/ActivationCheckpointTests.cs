using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Networks;

[TestClass]
public class ActivationCheckpointTests
{
    [TestMethod]
    public void Gradients_reach_all_inputs()
    {
        using var scope = NewDisposeScope();
        using var checkpoint = new ActivationCheckpoint();
        Tensor a = tensor(new[] { 1f, 2f }, requires_grad: true), b = tensor(new[] { 3f, 5f }, requires_grad: true);

        // d(a² b) = 2ab da + a² db
        ActivationCheckpoint.Run(checkpoint, module: null, inputs => inputs[0] * inputs[0] * inputs[1], a, b).sum().backward();

        CollectionAssert.AreEqual(new[] { 6f, 20f }, a.grad!.data<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 1f, 4f }, b.grad!.data<float>().ToArray());
    }

    [TestMethod]
    public void Recomputed_dropout_drops_the_same_again()
    {
        using var scope = NewDisposeScope();
        using var checkpoint = new ActivationCheckpoint();
        var x = ones([1000], requires_grad: true);

        // Other draws come between the two, as they do between the forward and the backward pass of a network.
        var y = ActivationCheckpoint.Run(checkpoint, module: null, inputs => nn.functional.dropout(inputs[0], 0.5, training: true), x);
        _ = rand(17);
        y.sum().backward();

        CollectionAssert.AreEqual(y.detach().data<float>().ToArray(), x.grad!.data<float>().ToArray());
    }

    [TestMethod]
    public void Blocks_are_recomputed_in_the_precision_of_the_forward_pass()
    {
        using var scope = NewDisposeScope();
        using var checkpoint = new ActivationCheckpoint();
        var types = new List<ScalarType>();
        var x = ones(new long[] { 2, 2 }, requires_grad: true);
        Tensor y;
        using (Autocast.Enter(ComputePrecision.BFloat16, DeviceType.CPU))
        {
            y = ActivationCheckpoint.Run(checkpoint, module: null, Product, x).to(ScalarType.Float32);
        }

        y.sum().backward();

        CollectionAssert.AreEqual(new[] { ScalarType.BFloat16, ScalarType.BFloat16 }, types);

        Tensor Product(Tensor[] inputs)
        {
            var product = inputs[0].mm(inputs[0]);
            types.Add(product.dtype);
            return product;
        }
    }

    [TestMethod]
    public void Block_runs_once_where_nothing_is_learnt()
    {
        using var scope = NewDisposeScope();
        using var checkpoint = new ActivationCheckpoint();
        using var guard = no_grad();
        int runs = 0;

        var y = ActivationCheckpoint.Run(checkpoint, module: null, inputs => { runs++; return inputs[0] + 1; }, ones(3));

        Assert.AreEqual(1, runs);
        Assert.IsFalse(y.requires_grad);
    }

    [TestMethod]
    [DataRow(true, DisplayName = "with activation checkpointing")]
    [DataRow(false, DisplayName = "without")]
    public void Dropout_differs_between_the_batches_of_a_step(bool activationCheckpointing)
    {
        // The loss of a step is the sum over its batches: which of them is which can only matter if each has masks of its own.
        Assert.AreEqual(LossOfStep(dropout: 0, activationCheckpointing, swap: false), LossOfStep(dropout: 0, activationCheckpointing, swap: true));
        Assert.AreNotEqual(LossOfStep(dropout: 0.5f, activationCheckpointing, swap: false), LossOfStep(dropout: 0.5f, activationCheckpointing, swap: true));
    }

    [TestMethod]
    public void Error_in_a_backward_pass_is_thrown_after_it_and_does_not_end_the_process()
    {
        using var scope = NewDisposeScope();
        using var checkpoint = new ActivationCheckpoint();
        var x = ones([4], requires_grad: true);
        int runs = 0, runsOfOther = 0;

        // The block that fails comes first in the backward pass; the one before it is not computed again for nothing.
        var y = ActivationCheckpoint.Run(checkpoint, module: null, inputs => { runsOfOther++; return inputs[0] * 2; }, x);
        y = ActivationCheckpoint.Run(checkpoint, module: null, inputs => ++runs == 1 ? inputs[0] * 3 : throw new NativeException("CUDA out of memory"), y);
        y.sum().backward();

        var error = Assert.ThrowsExactly<NativeException>(checkpoint.ThrowIfFailed);
        Assert.IsTrue(OutOfMemory.IsCauseOf(error));
        Assert.AreEqual(1, runsOfOther);
        checkpoint.ThrowIfFailed();
    }

    [TestMethod]
    public void Error_in_a_forward_pass_is_thrown_at_once()
    {
        using var scope = NewDisposeScope();
        using var checkpoint = new ActivationCheckpoint();

        Assert.ThrowsExactly<NativeException>(() => ActivationCheckpoint.Run(checkpoint, module: null, _ => throw new NativeException("x"), ones([4], requires_grad: true)));
    }

    [TestMethod]
    public void Live_tensors_stay_the_same_from_step_to_step()
    {
        var options = TinyData.Options();
        options.Network.ActivationCheckpointing = true;
        using var training = new TinyTraining(options);
        training.Step(2);
        long before = LiveTensors.Settled();

        training.Step(5);

        Assert.AreEqual(before, LiveTensors.Count);
    }

    /// <summary>The loss of the fourth step, whose two batches are numbered in their order or the other way round.</summary>
    private static double LossOfStep(float dropout, bool activationCheckpointing, bool swap)
    {
        var options = TinyData.Options();
        options.Network.Dropout = dropout;
        options.Network.ActivationCheckpointing = activationCheckpointing;
        options.Training.GradientAccumulation = 2;
        using var training = new TinyTraining(options);
        training.Step(3);
        using var feed = training.CreateFeed();
        TrainingBatch first = feed.Next(CancellationToken.None), second = feed.Next(CancellationToken.None);
        return training.Step(new GivenBatches(swap ? [first with { MicroStep = 1 }, second with { MicroStep = 0 }] : [first, second])).Loss;
    }

    private sealed class GivenBatches(IEnumerable<TrainingBatch> batches) : IBatchSource
    {
        private readonly Queue<TrainingBatch> _batches = new(batches);

        public TrainingBatch Next(CancellationToken cancellationToken) => _batches.Dequeue();
    }
}
