namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>A step of a sampler: <c>z' = a z + b x + c x_previous + d noise</c>, with x the clean image predicted now and x_previous the one before.</summary>
/// <param name="Z">a.</param>
/// <param name="X">b.</param>
/// <param name="PreviousX">c; 0 for samplers that do not look back.</param>
/// <param name="Noise">d; 0 for deterministic steps.</param>
internal readonly record struct StepCoefficients(double Z, double X, double PreviousX = 0, double Noise = 0);
