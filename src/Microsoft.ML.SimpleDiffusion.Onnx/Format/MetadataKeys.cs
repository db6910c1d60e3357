namespace Microsoft.ML.SimpleDiffusion.Onnx.Format;

/// <summary>Keys of the texts that an exported file has about itself. They are a contract, described in docs/onnx.md.</summary>
internal static class MetadataKeys
{
    /// <summary>Version of the contract.</summary>
    public const string Format = "simple_diffusion.format";

    /// <summary>What the file is; see <see cref="Roles"/>.</summary>
    public const string Role = "simple_diffusion.role";

    /// <summary>The model's configuration as JSON.</summary>
    public const string Configuration = "simple_diffusion.configuration";

    /// <summary>V, Epsilon or X.</summary>
    public const string Prediction = "simple_diffusion.prediction";

    /// <summary>Log-SNR as an expression of the diffusion time t, 0 (image) to 1 (noise).</summary>
    public const string LogSnr = "simple_diffusion.log_snr";

    /// <summary>Labels of the classes as a JSON array, in the order of their ids.</summary>
    public const string Labels = "simple_diffusion.labels";

    /// <summary>The class id that means no class.</summary>
    public const string NoClass = "simple_diffusion.no_class";

    /// <summary>Of a model whose pixels are no bytes: what -1 and 1 stand for, as a JSON array.</summary>
    public const string PixelRange = "simple_diffusion.pixel_range";

    /// <summary>Of a whole sampler: which, as <see cref="SamplerType"/> names it.</summary>
    public const string Sampler = "simple_diffusion.sampler";

    /// <summary>Of a whole sampler: evaluations of the network.</summary>
    public const string Steps = "simple_diffusion.steps";

    /// <summary>Of a whole sampler: guidance scale; 1 is off.</summary>
    public const string GuidanceScale = "simple_diffusion.guidance_scale";

    /// <summary>Of a whole sampler with guidance: the share of the way, 0 (noise) to 1 (image), at which it starts and ends, as a JSON array.</summary>
    public const string GuidanceInterval = "simple_diffusion.guidance_interval";

    /// <summary>Of a whole sampler: how predicted images are kept in range, as <see cref="ThresholdingType"/> names it.</summary>
    public const string Thresholding = "simple_diffusion.thresholding";

    /// <summary>Name of the file with the text encoder, which lies beside the denoiser.</summary>
    public const string TextEncoder = "simple_diffusion.text_encoder";

    public const string TextEncoderSha256 = "simple_diffusion.text_encoder_sha256";

    /// <summary>Name of the file with the large constants.</summary>
    public const string ExternalData = "simple_diffusion.external_data";

    public const string ExternalDataSha256 = "simple_diffusion.external_data_sha256";

    /// <summary>SHA-256 of all bytes of the file before this entry, which is the last.</summary>
    public const string Sha256 = "simple_diffusion.sha256";

    /// <summary>What the name of a file with large constants has more than that of its model.</summary>
    public const string ExternalDataExtension = ".data";

    public const string CurrentFormat = "1";
}

/// <summary>What exported files are.</summary>
internal static class Roles
{
    public const string Denoiser = "denoiser";
    public const string TextEncoder = "text_encoder";
    public const string Sampler = "sampler";
}
