using Microsoft.ML.SimpleDiffusion.Evaluation;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>What was measured of a trained variant.</summary>
/// <param name="Steps">Training steps.</param>
/// <param name="Parameters">Trained weights.</param>
/// <param name="ClassifierDistance">Fréchet distance between classifier features of generated and held-out pictures.</param>
/// <param name="ClassAgreement">Share of the generated pictures that the classifier gives the class that was asked for.</param>
/// <param name="Errors">Errors of the predicted picture on held-out pictures.</param>
internal sealed record VariantResult(int Steps, long Parameters, double ClassifierDistance, double ClassAgreement, IReadOnlyList<DenoisingError> Errors);
