namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>Pictures at one guidance scale.</summary>
/// <param name="Scale">The guidance scale; 1 is off.</param>
/// <param name="IsOwn">Whether it is the one stored in the model.</param>
/// <param name="Distance">The first of the report's metrics; null if it cannot be measured.</param>
/// <param name="Agreement">Share of the pictures that the classifier gives the class asked for, 0 to 1; null without classes.</param>
/// <param name="Pictures">The pictures, of the same conditions and seeds at every scale.</param>
internal sealed record GuidanceRow(float Scale, bool IsOwn, double? Distance, double? Agreement, PictureStrip Pictures);
