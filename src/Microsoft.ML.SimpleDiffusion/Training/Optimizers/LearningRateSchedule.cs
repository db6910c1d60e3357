namespace Microsoft.ML.SimpleDiffusion.Training.Optimizers;

/// <summary>The learning rate as a pure function of the step.</summary>
internal static class LearningRateSchedule
{
    /// <summary>Rises linearly to the peak over the warm-up steps (appendix B), then stays or falls to zero by a half cosine.</summary>
    /// <param name="options">Options with the warm-up resolved.</param>
    /// <param name="step">Optimizer step, 0-based.</param>
    public static double At(TrainingOptions options, long step)
    {
        int warmup = options.WarmupSteps ?? throw new ArgumentException("The warm-up must be chosen by now.", nameof(options));
        if (step < warmup)
        {
            return options.LearningRate * (step + 1) / warmup;
        }

        if (options.LearningRateDecay == LearningRateDecay.Constant)
        {
            return options.LearningRate;
        }

        double progress = Math.Min((double)(step - warmup) / Math.Max(options.Steps - warmup, 1), 1);
        return options.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * progress));
    }
}
