namespace Microsoft.ML.SimpleDiffusion;

/// <summary>How the noise levels of training images are drawn. What a model generates, and its validation loss, go by the schedule alone.</summary>
public enum NoiseDraws
{
    /// <summary>Diffusion times are uniform, as in the paper: the schedule decides how often a noise level is met.</summary>
    Schedule,

    /// <summary>
    /// Log-SNRs are normal at first, of <see cref="DiffusionOptions.LogSnrMean"/> and <see cref="DiffusionOptions.LogSnrDeviation"/>, cut off at the schedule's
    /// limits. From <see cref="DiffusionOptions.ScheduleDrawsFrom"/> on they are the schedule's own.
    /// </summary>
    Normal,
}
