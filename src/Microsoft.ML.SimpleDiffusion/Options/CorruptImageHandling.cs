namespace Microsoft.ML.SimpleDiffusion;

/// <summary>What happens when a training image cannot be read.</summary>
public enum CorruptImageHandling
{
    /// <summary><c>Fit</c> throws an exception that names the row and the file.</summary>
    Fail,

    /// <summary>The image is left out, counted and logged.</summary>
    Skip,
}
