namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>One table of the paper.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Title">What it varies.</param>
/// <param name="Note">How the variants here relate to the paper's.</param>
/// <param name="PaperHeader">What the paper's figures are.</param>
/// <param name="Variants">The rows, the one that others are compared with first.</param>
internal sealed record AblationTable(int Number, string Title, string Note, string PaperHeader, IReadOnlyList<Variant> Variants);
