namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>A metric with what it is for real pictures and for noise, without which it says little.</summary>
/// <param name="Name">Its name.</param>
/// <param name="HigherIsBetter">Which way is better.</param>
/// <param name="Model">For the model's pictures; null if it cannot be measured.</param>
/// <param name="Real">For real pictures that neither the classifier nor the reference contains: about the best to expect.</param>
/// <param name="Noise">For pictures of noise: about the worst.</param>
internal sealed record MetricRow(string Name, bool HigherIsBetter, double? Model, double? Real, double? Noise);
