using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>Counts tensors that have not been disposed of.</summary>
internal static class LiveTensors
{
    /// <summary>Their number now, those included that wait for the finaliser.</summary>
    public static long Count => torch.Tensor.TotalCount;

    /// <summary>Their number once what others have left to the finaliser is gone, which would otherwise go while a test counts.</summary>
    public static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }
}
