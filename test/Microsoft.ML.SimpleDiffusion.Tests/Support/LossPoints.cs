namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>Loss curves by their values, to compare.</summary>
internal static class LossPoints
{
    public static (long Step, double Loss)[] Of(IEnumerable<TrainingLoss> losses) => [.. losses.Select(point => (point.Step, point.Loss))];
}
