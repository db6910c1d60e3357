namespace Microsoft.ML.SimpleDiffusion.Text;

/// <summary>All settings of <see cref="T5EncodingEstimator"/>.</summary>
public sealed class T5EncoderOptions
{
    /// <summary>Name of the column of embeddings. Default: TextEmbedding.</summary>
    public string OutputColumnName { get; set; } = "TextEmbedding";

    /// <summary>Name of the column of captions, text. Default: Caption.</summary>
    public string InputColumnName { get; set; } = "Caption";

    /// <summary>
    /// The T5 encoder as an ONNX file with the inputs input_ids and attention_mask (int64 or int32 [batch, sequence]) and the output last_hidden_state, or
    /// a single output, (float32 or float16 [batch, sequence, width]). External data lies in the same folder.
    /// </summary>
    public string ModelFile { get; set; } = string.Empty;

    /// <summary>The SentencePiece model of the encoder, usually spiece.model.</summary>
    public string TokenizerFile { get; set; } = string.Empty;

    /// <summary>
    /// Tokens of a caption, its end of sentence included, 2 to 8192. What is longer is cut; the end of sentence stays. Default: 64.
    /// </summary>
    public int MaxTokens { get; set; } = 64;

    /// <summary>Where the ONNX file of a saved transformer lives. Default: inside the model.zip.</summary>
    public T5ModelStorage ModelStorage { get; set; } = T5ModelStorage.Embedded;

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

    /// <summary>Where to compute. Default: the GPU if there is one that ONNX Runtime can use, else the CPU. Not saved with the transformer.</summary>
    [MachineOnly]
    public T5Device Device { get; set; } = T5Device.Auto;

    /// <summary>Index of the GPU, 0 (default) to 1023. Not saved with the transformer.</summary>
    [MachineOnly]
    public int DeviceIndex { get; set; }

    /// <summary>
    /// Threads for computing on the CPU, 1 to 4096. Null (default): ONNX Runtime's own choice, one per core. Not saved with the transformer.
    /// </summary>
    [MachineOnly]
    public int? Threads { get; set; }

    internal EncodingSettings Encoding => new(OutputColumnName, InputColumnName, MaxTokens, TokensPerBatch, ReadAheadRows);

    internal T5EncoderOptions Clone() => (T5EncoderOptions)MemberwiseClone();
}
