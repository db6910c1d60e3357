using System.Text.Json.Serialization;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>The diffusion process and the training objective (sections 2, 3.1, 3.2 and appendix A of the paper).</summary>
public sealed class DiffusionOptions
{
    /// <summary>The noise schedule. Default: <see cref="ScheduleType.ShiftedCosine"/>.</summary>
    public ScheduleType Schedule { get; set; } = ScheduleType.ShiftedCosine;

    /// <summary>
    /// Reference resolution of the shifted schedule in pixels, 1 to 4096: the lower, the more noise (equation 5).
    /// Default: 64, which the paper recommends; images of that size get the plain cosine schedule.
    /// </summary>
    [Range(16, 128, 64, false)]
    [CountsWhere("Diffusion.Schedule", ScheduleType.ShiftedCosine)]
    public int NoiseResolution { get; set; } = 64;

    /// <summary>Reference resolution at the noisy end (t = 1) of the interpolated schedule, in pixels. Default: 32.</summary>
    [CountsWhere("Diffusion.Schedule", ScheduleType.InterpolatedCosine)]
    public int NoiseResolutionLow { get; set; } = 32;

    /// <summary>Reference resolution at the clean end (t = 0) of the interpolated schedule, in pixels. Default: 256.</summary>
    [CountsWhere("Diffusion.Schedule", ScheduleType.InterpolatedCosine)]
    public int NoiseResolutionHigh { get; set; } = 256;

    /// <summary>Lowest log-SNR of the cosine schedule before shifting (at t = 1). Default: -15.</summary>
    public double LogSnrMin { get; set; } = -15;

    /// <summary>Highest log-SNR of the cosine schedule before shifting (at t = 0). Default: 15.</summary>
    public double LogSnrMax { get; set; } = 15;

    /// <summary>
    /// How the noise levels of training images are drawn. Default: <see cref="NoiseDraws.Schedule"/>. Uniform times of the cosine schedule draw log-SNRs with a
    /// deviation of about pi, normal draws are about half as wide by default.
    /// </summary>
    public NoiseDraws NoiseDraws { get; set; } = NoiseDraws.Schedule;

    /// <summary>
    /// Mean log-SNR of normal draws, -20 to 20, counted from the schedule's log-SNR at t = 1/2, the median of its own draws: for the shifted cosine schedule that
    /// is the shift of its noise resolution. Default: 0.
    /// </summary>
    [Range(-2d, 2d, 0d, false)]
    [CountsWhere("Diffusion.NoiseDraws", NoiseDraws.Normal)]
    public double LogSnrMean { get; set; }

    /// <summary>Standard deviation of the log-SNR of normal draws, 0.1 to 20. Default: 1.8.</summary>
    [Range(1.2, 2.8, 1.8, false)]
    [CountsWhere("Diffusion.NoiseDraws", NoiseDraws.Normal)]
    public double LogSnrDeviation { get; set; } = 1.8;

    /// <summary>
    /// Share of <see cref="TrainingOptions.Steps"/>, rounded to a whole number of them, after which normal draws give way to the schedule's own, 0 to 1; at 1
    /// they never do. Default: 0.5.
    /// </summary>
    [Range(0.2, 1d, 0.5, false)]
    [CountsWhere("Diffusion.NoiseDraws", NoiseDraws.Normal)]
    public double ScheduleDrawsFrom { get; set; } = 0.5;

    /// <summary>What the network predicts. Default: <see cref="PredictionType.V"/>.</summary>
    public PredictionType Prediction { get; set; } = PredictionType.V;

    /// <summary>The training loss. Default: V for the U-ViT, Epsilon for the U-Net, as in the paper.</summary>
    [JsonConverter(typeof(LossTypeConverter))]
    public LossType Loss { get; set; } = LossType.Auto;

    /// <summary>Bias b of the sigmoid loss's weight sigmoid(b - logSNR) (Kingma and Gao 2023), -20 to 20. Default: -3.</summary>
    [Range(-4f, 1f, -3f, false)]
    [CountsWhere("Diffusion.Loss", LossType.Sigmoid, LossType.SigmoidWithoutSlope)]
    public float SigmoidLossBias { get; set; } = -3;

    /// <summary>Cap gamma of the min-SNR weight min(SNR, gamma) (Hang et al. 2023), above 0. Default: 5.</summary>
    [Range(1f, 20f, 5f, true)]
    [CountsWhere("Diffusion.Loss", LossType.MinSnr)]
    public float MinSnrGamma { get; set; } = 5;

    /// <summary>
    /// Whether a small layer learns how large the loss is at each noise level, and the losses count by what it says (Karras et al. 2024, "Analyzing and improving
    /// the training dynamics of diffusion models", continuous generalization of the multi-task loss of Kendall et al. 2018): what is minimized is loss / exp(u) + u
    /// with u a function of the log-SNR, which is best where u is the logarithm of the mean loss. All noise levels then count alike, whatever <see cref="Loss"/>
    /// weighs them by. Gradients grow as losses shrink, so that <see cref="TrainingOptions.GradientClipNorm"/> cuts off more. The loss that is reported stays the
    /// plain one, and generation has no use for the layer. Default: false.
    /// </summary>
    [BooleanChoice(false)]
    public bool LearnedUncertainty { get; set; }

    /// <summary>Lowest resolution of the multiscale loss (section 3.2), 32 in the paper. Null (default): off.</summary>
    public int? MultiscaleBaseResolution { get; set; }

    /// <summary>
    /// Probability with which a training image loses its condition, 0 to 1, so that the model can be guided. Default: 0.1.
    /// </summary>
    [Range(0.05f, 0.3f, 0.1f, false)]
    [CountsUnless("ConditionColumnName", null)]
    public float ConditioningDropout { get; set; } = 0.1f;

    internal DiffusionOptions Clone() => (DiffusionOptions)MemberwiseClone();
}
