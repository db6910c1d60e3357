namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>One row of a table.</summary>
/// <param name="Name">What the row is called.</param>
/// <param name="Paper">The paper's own figures for it, or a dash.</param>
/// <param name="Change">Makes a run's options those of the variant.</param>
internal sealed record Variant(string Name, string Paper, Action<SimpleDiffusionOptions> Change)
{
    /// <summary>The name as part of a file's name.</summary>
    public string FileName => string.Join('-', Name.ToLowerInvariant().Split([' ', ',', '+', '×'], StringSplitOptions.RemoveEmptyEntries));
}
