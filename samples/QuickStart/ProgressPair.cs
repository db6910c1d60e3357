using Microsoft.ML.SimpleDiffusion;

namespace QuickStart;

/// <summary>Tells two listeners. Calls them at once, on the training's own thread.</summary>
internal sealed class ProgressPair(IProgress<TrainingProgress> first, IProgress<TrainingProgress> second) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        first.Report(value);
        second.Report(value);
    }
}
