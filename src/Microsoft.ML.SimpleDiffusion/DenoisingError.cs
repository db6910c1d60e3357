namespace Microsoft.ML.SimpleDiffusion;

/// <summary>How far a model's predicted images are from the true ones, at one noise level and one resolution.</summary>
/// <param name="LogSnr">Log-SNR of the noisy images.</param>
/// <param name="Resolution">Shorter side, in pixels, to which true and predicted images were pooled by averages.</param>
/// <param name="MeanSquaredError">Mean squared difference over images, channels and pixels; pixel values are -1 to 1.</param>
public sealed record DenoisingError(double LogSnr, int Resolution, double MeanSquaredError);
