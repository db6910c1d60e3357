using System.Text;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using static System.FormattableString;

namespace SweepSample;

/// <summary>The sweep as a page of Markdown.</summary>
internal static class SweepReport
{
    public static string Write(
        Settings settings, ClassifierDistanceMetric metric, SweepResult result, (IReadOnlyList<double> Default, IReadOnlyList<double> Best)? seeds)
    {
        var text = new StringBuilder()
            .AppendLine("# A sweep of training options")
            .AppendLine()
            .AppendLine(Invariant($"{result.Trials.Count} trials by successive halving, up to {settings.Steps} steps of 16 pictures of {settings.Size}×{settings.Size}; lower is better."))
            .AppendLine(Invariant($"The {metric}. Each measurement generates {settings.Pictures} pictures."))
            .AppendLine()
            .AppendLine(result.ToMarkdown())
            .AppendLine(result.Best.IsDefault
                ? "No trial was better than the default at equal steps: the default stands."
                : Invariant($"Trial {result.Best.Number} is better than the default at equal steps: {result.Best.Metric:G4} against {Text(result.Default)}."));
        if (seeds is var (standard, best))
        {
            text.AppendLine()
                .AppendLine("Trained again with other seeds, all steps:")
                .AppendLine()
                .AppendLine(Invariant($"| options | {string.Join(" | ", best.Select((_, i) => $"seed {i + 2}"))} | mean |"))
                .AppendLine(Invariant($"| --- | {string.Join(" | ", best.Select(_ => "---:"))} | ---: |"))
                .AppendLine(Row("default", standard))
                .AppendLine(Row(Invariant($"trial {result.Best.Number}"), best));
        }

        return text.ToString();
    }

    private static string Row(string name, IReadOnlyList<double> values)
        => Invariant($"| {name} | {string.Join(" | ", values.Select(value => Invariant($"{value:G4}")))} | {values.DefaultIfEmpty(double.NaN).Average():G4} |");

    private static string Text(SweepTrial trial) => trial.Error is null ? Invariant($"{trial.Metric:G4}") : $"a failure ({trial.Error})";
}
