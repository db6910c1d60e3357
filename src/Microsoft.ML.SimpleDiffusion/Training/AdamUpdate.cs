namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>The numbers of one optimizer step: Adam with bias correction (Kingma and Ba 2015), decoupled weight decay and the moving average.</summary>
internal readonly record struct AdamUpdate
{
    /// <summary>Factor that the gradient is multiplied by first: clipping.</summary>
    public required float GradientScale { get; init; }

    public required float Beta1 { get; init; }

    public required float Beta2 { get; init; }

    /// <summary>Learning rate over 1 - beta1^n.</summary>
    public required float StepSize { get; init; }

    /// <summary>1 / sqrt(1 - beta2^n).</summary>
    public required float SecondMomentScale { get; init; }

    public required float Epsilon { get; init; }

    /// <summary>Share of each weight that decays: learning rate times weight decay.</summary>
    public required float WeightDecay { get; init; }

    /// <summary>Share of the way that the moving average goes towards the weights: 1 - decay.</summary>
    public required float AverageRate { get; init; }

    /// <param name="options">Options with the warm-up resolved.</param>
    /// <param name="step">Optimizer step, 0-based.</param>
    /// <param name="gradientNorm">Norm of the gradient before clipping.</param>
    public static AdamUpdate At(TrainingOptions options, long step, double gradientNorm)
    {
        double learningRate = LearningRateSchedule.At(options, step);
        bool clips = options.GradientClipNorm > 0 && gradientNorm > options.GradientClipNorm;
        return new AdamUpdate
        {
            GradientScale = (float)(clips ? options.GradientClipNorm / gradientNorm : 1),
            Beta1 = (float)options.AdamBeta1,
            Beta2 = (float)options.AdamBeta2,
            StepSize = (float)(learningRate / (1 - Math.Pow(options.AdamBeta1, step + 1))),
            SecondMomentScale = (float)(1 / Math.Sqrt(1 - Math.Pow(options.AdamBeta2, step + 1))),
            Epsilon = (float)options.AdamEpsilon,
            WeightDecay = (float)(learningRate * options.WeightDecay),
            AverageRate = (float)(1 - AverageDecay(options.EmaDecay, step)),
        };
    }

    /// <summary>Decay of the moving average, warmed up so that short runs forget their initial weights.</summary>
    public static double AverageDecay(double decay, long step) => Math.Min(decay, (1.0 + step) / (10.0 + step));
}
