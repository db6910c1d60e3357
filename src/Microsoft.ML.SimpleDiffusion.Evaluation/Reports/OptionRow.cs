namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>An option of the model.</summary>
/// <param name="Name">Such as <c>Training.LearningRate</c>.</param>
/// <param name="Value">As stored in the model.</param>
/// <param name="Default">What it is if left alone.</param>
internal sealed record OptionRow(string Name, string Value, string Default)
{
    public bool IsDefault => Value == Default;
}
