using System.Text.Json.Serialization;

namespace Microsoft.ML.SimpleDiffusion.Conditioning;

/// <summary>What a model is conditioned on, as found in the training data and stored in the model.</summary>
internal sealed record ConditionDescription
{
    public static ConditionDescription None { get; } = new() { Kind = ConditionKind.None };

    public required ConditionKind Kind { get; init; }

    /// <summary>
    /// Text of each class in the order of the class indices, taken from the key's own values, so that a key column with another order of
    /// values cannot permute classes. Empty without classes.
    /// </summary>
    public IReadOnlyList<string> ClassLabels { get; init; } = [];

    /// <summary>Number of classes. As a class index it means "no condition".</summary>
    [JsonIgnore]
    public int ClassCount => ClassLabels.Count;
}
