using Microsoft.ML.SimpleDiffusion.Model;

namespace Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;

/// <summary>What a student learns.</summary>
/// <param name="Info">What will be stored with it.</param>
/// <param name="Teacher">The model that it learns from, and begins as. Its owner keeps it.</param>
/// <param name="Sampling">How the teacher draws.</param>
internal sealed record DistillationJob(DistillationInfo Info, TrainedModel Teacher, SamplingOptions Sampling);
