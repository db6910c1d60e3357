using System.Text.Json.Serialization;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>Everything about a model but its weights: config.json.</summary>
internal sealed record ModelConfiguration
{
    public const int CurrentFormatVersion = 1;

    public int FormatVersion { get; init; } = CurrentFormatVersion;

    /// <summary>The options of the run, with every number that was chosen automatically filled in.</summary>
    public required SimpleDiffusionOptions Options { get; init; }

    public required ConditionDescription Condition { get; init; }

    /// <summary>Optimizer steps that the weights have seen.</summary>
    public required long TrainedSteps { get; init; }

    /// <summary>
    /// In a folder, the checksum of the weights that belong to this configuration, because the two files are replaced one after the other. Null elsewhere.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WeightsSha256 { get; init; }

    /// <summary>What the model has been distilled from. Null for one that has been trained.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DistillationInfo? Distillation { get; init; }

    /// <summary>Losses and evaluations of the run.</summary>
    public TrainingHistory History { get; init; } = new();
}
