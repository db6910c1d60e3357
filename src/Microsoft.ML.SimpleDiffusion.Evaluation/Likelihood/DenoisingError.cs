namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>How far a model's predicted images are from the true ones, at one noise level and one resolution.</summary>
public sealed class DenoisingError
{
    /// <summary>Log-SNR of the noisy images.</summary>
    public required double LogSnr { get; init; }

    /// <summary>Shorter side, in pixels, to which true and predicted images were pooled by averages.</summary>
    public required int Resolution { get; init; }

    /// <summary>Mean squared difference over images, channels and pixels; pixel values are -1 to 1.</summary>
    public required double MeanSquaredError { get; init; }
}
