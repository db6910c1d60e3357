namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>Names of inputs and outputs: a contract, described in docs/onnx.md.</summary>
internal static class Signature
{
    /// <summary>Noisy images, float32 [N, C, H, W].</summary>
    public const string Z = "z";

    /// <summary>Their log-SNR, float32 [N].</summary>
    public const string LogSnr = "log_snr";

    /// <summary>Class of each image, int64 [N]; the number of classes means none.</summary>
    public const string Class = "class_id";

    /// <summary>1 for each portrait and 0 for each landscape, int64 [N].</summary>
    public const string Portrait = "portrait";

    /// <summary>Guidance scale of each image, float32 [N], for a network that is told it.</summary>
    public const string GuidanceScale = "guidance_scale";

    /// <summary>Tokens of the encoded text, float32 [N, T, W]: the output of the text encoder.</summary>
    public const string Text = "text";

    /// <summary>True where there is a token and false where there is padding, Boolean [N, T].</summary>
    public const string TextMask = "text_mask";

    /// <summary>What the network predicts, float32 [N, C, H, W].</summary>
    public const string Prediction = "prediction";

    /// <summary>Input of a text encoder: UTF-8 bytes of captions, int64 [N, T].</summary>
    public const string Tokens = "tokens";

    /// <summary>Input of a text encoder: precomputed embeddings, float32 [N, T, D].</summary>
    public const string Embeddings = "embeddings";

    /// <summary>Input of a whole sampler: standard normal noise, float32 [N, C, H, W].</summary>
    public const string Noise = "noise";

    /// <summary>Input of a whole sampler whose steps add noise: standard normal noise of each step but the last, float32 [S - 1, N, C, H, W].</summary>
    public const string StepNoise = "step_noise";

    /// <summary>Output of a whole sampler: images, uint8 [N, C, H, W], 0 to 255, or float32 where the model states a range of pixels.</summary>
    public const string Image = "image";

    /// <summary>Name of the dimension of a batch.</summary>
    public const string Batch = "N";

    /// <summary>Name of the dimension of the tokens of a text.</summary>
    public const string Length = "T";
}
