namespace Microsoft.ML.SimpleDiffusion.Training.Optimizers;

/// <summary>The numbers of one optimizer step: Adam with bias correction (Kingma and Ba 2015), decoupled weight decay and the moving average.</summary>
internal readonly record struct AdamUpdate
{
    /// <summary>Number of the step, 1-based.</summary>
    public required long Number { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>Norm that the gradient is scaled down to if it is longer; 0 for no clipping.</summary>
    public required double GradientClipNorm { get; init; }

    public required double Beta1 { get; init; }

    public required double Beta2 { get; init; }

    public required double Epsilon { get; init; }

    /// <summary>Decoupled weight decay: each weight loses this share of itself times the learning rate (Loshchilov and Hutter 2019).</summary>
    public required double WeightDecay { get; init; }

    /// <summary>Share of the way that the moving average goes towards the weights: 1 - decay.</summary>
    public required double EmaRate { get; init; }

    /// <summary>Learning rate over 1 - beta1^n.</summary>
    public double StepSize => LearningRate / (1 - Math.Pow(Beta1, Number));

    /// <summary>1 / sqrt(1 - beta2^n).</summary>
    public double SecondMomentScale => 1 / Math.Sqrt(1 - Math.Pow(Beta2, Number));

    /// <param name="options">Options with the warm-up resolved.</param>
    /// <param name="step">Optimizer step, 0-based.</param>
    public static AdamUpdate At(TrainingOptions options, long step) => new()
    {
        Number = step + 1,
        LearningRate = LearningRateSchedule.At(options, step),
        GradientClipNorm = options.GradientClipNorm,
        Beta1 = options.AdamBeta1,
        Beta2 = options.AdamBeta2,
        Epsilon = options.AdamEpsilon,
        WeightDecay = options.WeightDecay,
        EmaRate = 1 - EmaDecayAt(options.EmaDecay, step),
    };

    /// <summary>Factor that the gradient is multiplied by first.</summary>
    /// <param name="gradientNorm">Its norm.</param>
    public double GradientScale(double gradientNorm) => GradientClipNorm > 0 && gradientNorm > GradientClipNorm ? GradientClipNorm / gradientNorm : 1;

    /// <summary>Decay of the moving average, warmed up so that short runs forget their initial weights.</summary>
    public static double EmaDecayAt(double decay, long step) => Math.Min(decay, (1.0 + step) / (10.0 + step));
}
