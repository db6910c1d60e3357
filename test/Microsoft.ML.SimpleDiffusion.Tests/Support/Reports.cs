namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>Collects what a run reports, on the thread of the run.</summary>
internal sealed class Reports(Action<TrainingProgress>? also = null) : IProgress<TrainingProgress>
{
    public List<TrainingProgress> All { get; } = [];

    public void Report(TrainingProgress value)
    {
        All.Add(value);
        also?.Invoke(value);
    }
}
