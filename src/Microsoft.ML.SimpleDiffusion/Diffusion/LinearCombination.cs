namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>The numbers of <c>a z + b prediction</c>: how what a network predicts is turned into something else.</summary>
/// <param name="Z">Factor of the noisy image.</param>
/// <param name="Prediction">Factor of the prediction.</param>
internal readonly record struct LinearCombination(double Z, double Prediction);
