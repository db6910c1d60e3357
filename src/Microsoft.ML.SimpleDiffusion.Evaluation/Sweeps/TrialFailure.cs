namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Tells errors that a trial's options bring about from those that would meet any trial.</summary>
internal static class TrialFailure
{
    /// <summary>
    /// Whether an error is the trial's own: a training that diverges or does not fit into memory, options that contradict each other, a metric that cannot
    /// be measured. A cancellation is none, nor is a disk that is full or a library that is missing.
    /// </summary>
    public static bool IsCauseOf(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is OperationCanceledException or IOException or UnauthorizedAccessException or DllNotFoundException)
            {
                return false;
            }
        }

        return true;
    }
}
