using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>What a run is asked to do.</summary>
/// <param name="Options">Options, which have been validated.</param>
/// <param name="Input">The training data, whose columns have been checked.</param>
internal sealed record TrainingJob(SimpleDiffusionOptions Options, IDataView Input)
{
    /// <summary>The validation data, whose columns have been checked, or null.</summary>
    public IDataView? Validation { get; init; }

    /// <summary>The model to start from, or null: a student begins as its teacher. Its owner keeps it.</summary>
    public TrainedModel? WarmStart { get => field ?? Distillation?.Teacher; init; }

    /// <summary>The ranks that do it; null: those that a launcher has started, or this process alone.</summary>
    public Ranks? Ranks { get; init; }

    /// <summary>What is distilled; null for a training.</summary>
    public DistillationJob? Distillation { get; init; }
}
