namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>How the distance between two images is measured by their features.</summary>
public enum FeatureDistance
{
    /// <summary>Length of the difference of the features.</summary>
    Euclidean = 0,

    /// <summary>One minus the cosine of the angle between the features, 0 to 2; 1 for features that are all zero.</summary>
    Cosine = 1,
}
