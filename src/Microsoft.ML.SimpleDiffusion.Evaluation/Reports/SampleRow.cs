namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>Generated pictures in a row.</summary>
/// <param name="Caption">Class or text that they were asked for; null without a condition.</param>
/// <param name="Pictures">The pictures.</param>
internal sealed record SampleRow(string? Caption, PictureStrip Pictures);
