namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>One evaluation of the network on the way from noise to image, and the step that follows from it.</summary>
/// <param name="Index">0 for the first.</param>
/// <param name="LogSnr">Log-SNR of the noisy images.</param>
/// <param name="IsGuided">Whether it lies in the interval of guidance.</param>
/// <param name="ToX">What the prediction means for the clean image.</param>
/// <param name="NextLogSnr">Log-SNR after the step; infinity after the last evaluation, whose clean image is the result.</param>
/// <param name="Coefficients">The step; none after the last evaluation.</param>
internal sealed record SamplingStep(int Index, double LogSnr, bool IsGuided, LinearCombination ToX, double NextLogSnr, StepCoefficients? Coefficients);
