namespace Microsoft.ML.SimpleDiffusion;

/// <summary>How the learning rate goes on after the warm-up.</summary>
public enum LearningRateDecay
{
    /// <summary>It stays at its peak, as in the paper.</summary>
    Constant,

    /// <summary>It falls to zero along half a cosine at the last step, which suits short runs.</summary>
    Cosine,

    /// <summary>It falls to zero along a straight line at the last step.</summary>
    Linear,

    /// <summary>
    /// It stays at its peak, then falls to zero along a straight line over the last <see cref="TrainingOptions.LearningRateDecayShare"/> of the steps. Until then
    /// the run does not depend on its length but through <see cref="TrainingOptions.WarmupSteps"/>,
    /// <see cref="TrainingOptions.HalfResolutionShare"/> and <see cref="DiffusionOptions.ScheduleDrawsFrom"/>.
    /// </summary>
    WarmupStableDecay,
}
