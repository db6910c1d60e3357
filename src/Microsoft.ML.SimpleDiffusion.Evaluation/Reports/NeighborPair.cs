namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>A generated picture and the real one that is nearest to it.</summary>
/// <param name="Caption">Class or text of the generated picture, or null.</param>
/// <param name="Pictures">Generated, then real.</param>
/// <param name="Distance">Euclidean distance between their features.</param>
internal sealed record NeighborPair(string? Caption, PictureStrip Pictures, double Distance);
