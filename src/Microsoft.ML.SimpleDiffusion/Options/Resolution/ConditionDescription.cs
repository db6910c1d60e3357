using System.Text.Json.Serialization;

namespace Microsoft.ML.SimpleDiffusion;

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

    /// <summary>Tokens of precomputed embeddings, padding included; else 0.</summary>
    public int EmbeddingLength { get; init; }

    /// <summary>Width of precomputed embeddings; else 0.</summary>
    public int EmbeddingWidth { get; init; }

    /// <summary>Whether the network is told a guidance scale, as a model that has been distilled over a range of them is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasGuidanceInput { get; init; }

    /// <summary>Number of classes. As a class index it means "no condition".</summary>
    [JsonIgnore]
    public int ClassCount => ClassLabels.Count;

    /// <summary>The specification of a network under this condition.</summary>
    /// <param name="options">Options in which every number is filled in.</param>
    public NetworkSpecification Specify(SimpleDiffusionOptions options) => NetworkSpecification.Create(options, ClassCount) with
    {
        Text = SpecifyText(options.Network.TextEncoder),
        HasGuidanceInput = HasGuidanceInput,
    };

    private TextSpecification? SpecifyText(TextEncoderOptions options) => Kind switch
    {
        ConditionKind.Text => TextSpecification.Create(options, options.MaxLength, embeddingWidth: 0),
        ConditionKind.Embeddings => TextSpecification.Create(options, EmbeddingLength, EmbeddingWidth),
        _ => null,
    };
}

/// <summary>What a model is conditioned on.</summary>
internal enum ConditionKind
{
    /// <summary>Nothing: the model is unconditional.</summary>
    None,

    /// <summary>One of a fixed list of classes.</summary>
    Class,

    /// <summary>Captions.</summary>
    Text,

    /// <summary>Precomputed embeddings of captions.</summary>
    Embeddings,
}
