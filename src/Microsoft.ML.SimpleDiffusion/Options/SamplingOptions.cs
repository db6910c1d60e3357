using System.Text.Json.Serialization;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>How images are generated from a fitted model (appendix A of the paper).</summary>
public sealed class SamplingOptions
{
    /// <summary>The sampler. Default: <see cref="SamplerType.Ddpm"/>, the paper's.</summary>
    public SamplerType Sampler { get; set; } = SamplerType.Ddpm;

    /// <summary>Network evaluations on the way from noise to image, 1 to 10,000. Default: 100.</summary>
    [Range(10, 500, 100, true)]
    public int Steps { get; set; } = 100;

    /// <summary>
    /// Classifier-free guidance scale 1 + eta of equation 7, 0 to 100. 1 (default) is off; higher values follow the condition more closely
    /// and vary less. Needs a condition.
    /// </summary>
    [Range(1f, 8f, 1f, false)]
    [CountsUnless("ConditionColumnName", null)]
    public float GuidanceScale { get; set; } = 1;

    /// <summary>
    /// Share of the way from noise (0) to image (1) at which guidance starts. Default: 0. Guidance at medium noise levels only is cheaper
    /// and often better (Kynkäänniemi et al. 2024).
    /// </summary>
    [Range(0f, 0.5f, 0f, false)]
    [CountsUnless("Sampling.GuidanceScale", 1f)]
    public float GuidanceIntervalStart { get; set; }

    /// <summary>Share of the way from noise (0) to image (1) at which guidance ends. Default: 1.</summary>
    [Range(0.5f, 1f, 1f, false)]
    [CountsUnless("Sampling.GuidanceScale", 1f)]
    public float GuidanceIntervalEnd { get; set; } = 1;

    /// <summary>
    /// How far a guided prediction is scaled back to the spread of the conditional one, 0 (default, off) to 1 (Lin et al. 2024).
    /// </summary>
    [CountsUnless("Sampling.GuidanceScale", 1f)]
    public float GuidanceRescale { get; set; }

    /// <summary>
    /// Variance of the DDPM step between the lower (0) and the upper (1) bound, interpolated in log space. Default: 0.2; the paper uses 1 for COCO.
    /// </summary>
    [Range(0f, 1f, 0.2f, false)]
    [CountsWhere("Sampling.Sampler", SamplerType.Ddpm)]
    public float NoiseInterpolation { get; set; } = 0.2f;

    /// <summary>Noise of the DDIM step, 0 (default, deterministic) to 1.</summary>
    [CountsWhere("Sampling.Sampler", SamplerType.Ddim)]
    public float DdimEta { get; set; }

    /// <summary>How each predicted image is kept in range. Default: <see cref="ThresholdingType.Static"/>.</summary>
    public ThresholdingType Thresholding { get; set; } = ThresholdingType.Static;

    /// <summary>Quantile of dynamic thresholding, above 0 to 1. Default: 0.995 (Saharia et al. 2022).</summary>
    [CountsWhere("Sampling.Thresholding", ThresholdingType.Dynamic)]
    public float DynamicThresholdQuantile { get; set; } = 0.995f;

    /// <summary>
    /// Diffusion time from which an image to start from is generated anew, above 0 (hardly changed) to 1 (default; nothing of it is left but what a
    /// mask keeps). Takes about this share of <see cref="Steps"/>. Only with <see cref="SimpleDiffusionOptions.InputImageColumnName"/> may it be below 1.
    /// </summary>
    public float Strength { get; set; } = 1;

    /// <summary>
    /// Whether images are portraits, with height and width exchanged. Needs a model with <see cref="NetworkOptions.PortraitFlag"/>;
    /// <see cref="SimpleDiffusionOptions.PortraitColumnName"/> decides row by row instead. Default: false.
    /// </summary>
    public bool Portrait { get; set; }

    /// <summary>Images generated at once, 1 or more. Affects speed and memory, not the images. Default: 8.</summary>
    public int BatchSize { get; set; } = 8;

    /// <summary>Seed that each row's own seed is derived from, unless <see cref="SimpleDiffusionOptions.SeedColumnName"/> is set. Default: 0.</summary>
    public int Seed { get; set; }

    /// <summary>
    /// Whether each <c>Transform</c> and each prediction draws new numbers for its rows, so that the same request gives another image each time, as a server
    /// wants. Default: false: row 0 of every view, and the first request of every prediction engine, gets the same noise. The images of one view stay the same
    /// however often it is read. No effect where <see cref="SimpleDiffusionOptions.SeedColumnName"/> is set, nor on what a training measures and shows.
    /// </summary>
    public bool FreshSeeds { get; set; }

    /// <summary>
    /// Name of an additional column (<see cref="long"/>, 0 to below 2^53) with the number that was drawn for each row. In a seed column of a model with the same
    /// <see cref="Seed"/> it gives the same image again. Only with <see cref="FreshSeeds"/>. Null (default): no such column.
    /// </summary>
    public string? OutputSeedColumnName { get; set; }

    /// <summary>
    /// Stops a generation before the next evaluation of the network: reading rows, or predicting, then throws <see cref="OperationCanceledException"/>. A request
    /// that waits for its turn ends when its turn comes. Not stored in the model.
    /// </summary>
    [JsonIgnore]
    public CancellationToken CancellationToken { get; set; }

    internal SamplingOptions Clone() => (SamplingOptions)MemberwiseClone();
}
