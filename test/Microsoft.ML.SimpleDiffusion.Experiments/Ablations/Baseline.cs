namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>What the figures of the variants are to be read against.</summary>
/// <param name="TrainingPictures">Number of training pictures.</param>
/// <param name="Pictures">Number of real held-out pictures, and of generated ones, that are compared.</param>
/// <param name="Floor">Classifier distance of training pictures that the classifier has not seen.</param>
/// <param name="Ceiling">Classifier distance of noise.</param>
/// <param name="Agreement">Share of the held-out pictures that the classifier gets right.</param>
/// <param name="Classes">The classes, in the order of the columns of the picture grids.</param>
internal sealed record Baseline(int TrainingPictures, int Pictures, double Floor, double Ceiling, double Agreement, IReadOnlyList<string> Classes);
