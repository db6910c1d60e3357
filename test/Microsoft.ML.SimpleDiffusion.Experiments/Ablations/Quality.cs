namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>What generated pictures are measured as.</summary>
/// <param name="Distance">Classifier distance.</param>
/// <param name="Agreement">Share of pictures that the classifier gives the class they have.</param>
/// <param name="Precision">Share of generated pictures that lie among the real ones, by the classifier's features (Kynkäänniemi et al. 2019).</param>
/// <param name="Recall">Share of real pictures that lie among the generated ones.</param>
internal readonly record struct Quality(double Distance, double Agreement, double Precision, double Recall);
