using Microsoft.ML.SimpleDiffusion.Text;

namespace Microsoft.ML.SimpleDiffusion.MiniLM;

/// <summary>All settings of <see cref="MiniLMEncodingEstimator"/>.</summary>
public sealed class MiniLMEncoderOptions
{
    /// <summary>Name of the column of embeddings. Default: TextEmbedding.</summary>
    public string OutputColumnName { get; set; } = "TextEmbedding";

    /// <summary>Name of the column of captions, text. Default: Caption.</summary>
    public string InputColumnName { get; set; } = "Caption";

    /// <summary>
    /// Tokens of a caption, its two marks of beginning and end included, 3 to 512, the positions that the encoder has. What is longer is cut; the marks stay. Default:
    /// 64. The encoder was trained on texts of up to 128 tokens (card of sentence-transformers/all-MiniLM-L6-v2).
    /// </summary>
    public int MaxTokens { get; set; } = 64;

    /// <summary>
    /// Folder that keeps embeddings, so that captions are encoded once over epochs and runs; created if needed, and safe to share or delete. Null
    /// (default): none. Not saved with the transformer.
    /// </summary>
    [MachineOnly]
    public string? CacheDirectory { get; set; }

    /// <summary>Most tokens, padding included, that go through the encoder at once, 1 to 65536; a longer caption goes alone. Default: 2048.</summary>
    public int TokensPerBatch { get; set; } = 2048;

    /// <summary>Most rows that are read ahead to find captions of like length, 1 to 65536. Default: 256.</summary>
    public int ReadAheadRows { get; set; } = 256;

    /// <summary>
    /// Threads for computing, 1 to 4096. Null (default): ONNX Runtime's own choice, one per core. Not saved with the transformer.
    /// </summary>
    [MachineOnly]
    public int? Threads { get; set; }

    internal EncodingSettings Encoding => new(OutputColumnName, InputColumnName, MaxTokens, TokensPerBatch, ReadAheadRows);

    internal MiniLMEncoderOptions Clone() => (MiniLMEncoderOptions)MemberwiseClone();
}
