using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Compute;

/// <summary>Recognizes that memory ran out, on the CPU or on a GPU, and says what helps.</summary>
internal static class OutOfMemory
{
    /// <summary>Whether the exception, or one inside it, means that memory ran out. libtorch has no exception of its own for it.</summary>
    public static bool IsCauseOf(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is OutOfMemoryException || (e is ExternalException && IsMessage(e.Message)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The error for a training run.</summary>
    /// <param name="cause">What <see cref="IsCauseOf"/> recognized.</param>
    /// <param name="training">Says whether there are checkpoints.</param>
    public static InvalidOperationException Explain(Exception cause, TrainingOptions training)
    {
        string message = Innermost(cause).Message;
        int lineEnd = message.IndexOf('\n', StringComparison.Ordinal);
        return new InvalidOperationException(
            "There is not enough memory for the training. A smaller Training.BatchSize with more Training.GradientAccumulation needs less, and so does "
            + "Network.ActivationCheckpointing; "
            + (training.CheckpointDirectory is null ? "with Training.CheckpointDirectory set, a run that is started again goes on" : "started again, the run goes on")
            + $" from its last checkpoint. ({(lineEnd < 0 ? message : message[..lineEnd])})",
            cause);
    }

    /// <summary>The error for the generation of images, in one sentence.</summary>
    /// <param name="cause">What <see cref="IsCauseOf"/> recognized.</param>
    /// <param name="images">Images that were generated at once.</param>
    /// <param name="options">Options of the model.</param>
    public static InvalidOperationException ExplainGeneration(Exception cause, int images, SimpleDiffusionOptions options)
    {
        string advice = images > 1
            ? "a lower Sampling.BatchSize needs less"
            : "Sampling.GuidanceScale 1 (no guidance) and Compute.Precision BFloat16 need less, and a device with more memory would do";
        return new InvalidOperationException(
            $"There is not enough memory to generate a batch of {images} {(images > 1 ? "images" : "image")} of {options.ImageWidth} x {options.ImageHeight} pixels: {advice}.", cause);
    }

    /// <summary>
    /// The allocators of the CPU ('can't allocate memory', 'not enough memory' on Windows) and of CUDA ('out of memory'), and its libraries, which ask for memory
    /// themselves ('CUDNN_STATUS_ALLOC_FAILED', 'CUBLAS_STATUS_ALLOC_FAILED').
    /// </summary>
    private static bool IsMessage(string message)
        => message.Contains("allocate memory", StringComparison.Ordinal)
            || message.Contains("not enough memory", StringComparison.Ordinal)
            || message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
            || message.Contains("STATUS_ALLOC_FAILED", StringComparison.Ordinal);

    private static Exception Innermost(Exception exception) => exception.InnerException is null ? exception : Innermost(exception.InnerException);
}
