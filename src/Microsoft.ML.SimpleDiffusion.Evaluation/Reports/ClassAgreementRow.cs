namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>How often the classifier gives pictures the class that they were asked for.</summary>
/// <param name="Label">The class.</param>
/// <param name="Model">Share of the model's pictures, 0 to 1; null without pictures.</param>
/// <param name="Real">Share of held-out real pictures, 0 to 1; null without pictures.</param>
internal sealed record ClassAgreementRow(string Label, double? Model, double? Real);
