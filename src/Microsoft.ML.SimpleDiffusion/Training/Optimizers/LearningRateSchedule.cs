namespace Microsoft.ML.SimpleDiffusion.Training.Optimizers;

/// <summary>The learning rate as a pure function of the step.</summary>
internal static class LearningRateSchedule
{
    /// <summary>Rises linearly to the peak over the warm-up steps (appendix B), then stays or falls to zero at the end of the run.</summary>
    /// <param name="options">Options with the warm-up resolved.</param>
    /// <param name="step">Optimizer step, 0-based.</param>
    public static double At(TrainingOptions options, long step)
    {
        int warmup = options.WarmupSteps ?? throw new ArgumentException("The warm-up must be chosen by now.", nameof(options));
        if (step < warmup)
        {
            return options.LearningRate * (step + 1) / warmup;
        }

        return options.LearningRateDecay switch
        {
            LearningRateDecay.Constant => options.LearningRate,
            LearningRateDecay.Cosine => options.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * Progress(warmup))),
            LearningRateDecay.Linear => options.LearningRate * (1 - Progress(warmup)),
            LearningRateDecay.WarmupStableDecay => options.LearningRate * (1 - Progress(Math.Max(warmup, StableSteps(options)))),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.LearningRateDecay, "Unknown decay of the learning rate."),
        };

        double Progress(int start) => Math.Clamp((double)(step - start) / Math.Max(options.Steps - start, 1), 0, 1);
    }

    private static int StableSteps(TrainingOptions options) => options.Steps - (int)Math.Round(options.LearningRateDecayShare * options.Steps);
}
