namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>One image to generate. The image depends on this, the model and the sampling options, and on nothing else.</summary>
/// <param name="ClassIndex">Class, 0-based; the number of classes means none.</param>
/// <param name="Seed">Seed of the row.</param>
internal readonly record struct GenerationRequest(int ClassIndex, ulong Seed);
