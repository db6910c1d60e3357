using System.Collections;
using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Compute;

/// <summary>The sizes are beyond the address space of a process, so that no system grants them; options checked by the estimator would not allow them.</summary>
[TestClass]
public class OutOfMemoryTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Batch_that_cannot_be_allocated_ends_in_advice()
    {
        var options = TinyData.Options();
        (options.ImageHeight, options.ImageWidth, options.Training.BatchSize) = (128, 128, int.MaxValue);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => TrainingLoop.Run(_context, new TrainingJob(options, TinyData.View(_context))));

        StringAssert.Contains(error.Message, "not enough memory");
        StringAssert.Contains(error.Message, "Training.BatchSize");
        StringAssert.Contains(error.Message, "Training.GradientAccumulation");
        StringAssert.Contains(error.Message, "Network.ActivationCheckpointing");
        StringAssert.Contains(error.Message, "with Training.CheckpointDirectory set");
        Assert.DoesNotContain("\n", error.Message);
    }

    [TestMethod]
    public void Network_that_cannot_be_allocated_ends_in_advice()
    {
        var options = TinyData.Options();
        (options.Network.BaseChannels, options.Network.EmbeddingChannels) = (2, 1 << 23);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => TrainingLoop.Run(_context, new TrainingJob(options, TinyData.View(_context))));

        StringAssert.Contains(error.Message, "not enough memory");
    }

    [TestMethod]
    public void Images_that_cannot_be_allocated_are_named_with_their_number_their_size_and_what_helps()
    {
        var options = TinyData.Options();
        using var model = new DenoisingModel(OptionsResolver.Resolve(options, hasGpu: false, seed: 1, ConditionKind.None), ConditionDescription.None, new ComputeTarget(CPU, ComputePrecision.Float32));
        (options.ImageHeight, options.ImageWidth) = (128, 256);
        var configuration = new ModelConfiguration { Options = options, Condition = ConditionDescription.None, TrainedSteps = 0 };

        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => TorchGenerator.Generate(model, configuration, new ManyRequests(), options.Sampling, CancellationToken.None));

        Assert.AreEqual("There is not enough memory to generate a batch of 2147483647 images of 256 x 128 pixels: a lower Sampling.BatchSize needs less.", error.Message);
        Assert.AreEqual(
            "There is not enough memory to generate a batch of 1 image of 256 x 128 pixels: Sampling.GuidanceScale 1 (no guidance) and Compute.Precision BFloat16 need less, and a device with more memory would do.",
            OutOfMemory.ExplainGeneration(error, 1, options).Message);
    }

    [TestMethod]
    public void Run_with_checkpoints_is_told_that_it_goes_on_from_the_last_one()
    {
        var options = new TrainingOptions { CheckpointDirectory = "checkpoints" };

        StringAssert.Contains(OutOfMemory.Explain(new NativeException("out of memory"), options).Message, "started again, the run goes on from its last checkpoint");
    }

    [TestMethod]
    public void Message_of_libtorch_is_recognized()
    {
        var error = Assert.ThrowsExactly<ExternalException>(() => empty([1L << 50]));

        Assert.IsTrue(OutOfMemory.IsCauseOf(error));
        Assert.IsTrue(OutOfMemory.IsCauseOf(new InvalidOperationException("The batch cannot be prepared.", error)));
    }

    [TestMethod]
    [DataRow("CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 8.00 GiB", true)]
    [DataRow("[enforce fail at alloc_cpu.cpp:117] data. DefaultCPUAllocator: not enough memory: you tried to allocate 64 bytes.", true)]
    [DataRow("cuDNN error: CUDNN_STATUS_ALLOC_FAILED", true)]
    [DataRow("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", true)]
    [DataRow("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED", false)]
    [DataRow("The size of tensor a (2) must match the size of tensor b (3)", false)]
    public void Other_messages_are_told_apart(string message, bool expected)
        => Assert.AreEqual(expected, OutOfMemory.IsCauseOf(new NativeException(message)));

    /// <summary>More requests than there is memory for.</summary>
    private sealed class ManyRequests : IReadOnlyList<GenerationRequest>
    {
        public int Count => int.MaxValue;

        public GenerationRequest this[int index] => default;

        public IEnumerator<GenerationRequest> GetEnumerator() => Enumerable.Repeat(default(GenerationRequest), Count).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
