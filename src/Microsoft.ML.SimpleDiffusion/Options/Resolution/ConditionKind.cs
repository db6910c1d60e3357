namespace Microsoft.ML.SimpleDiffusion;

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
