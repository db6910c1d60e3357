using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.Tool.Commands;

namespace Microsoft.ML.SimpleDiffusion.Tool.Inputs;

/// <summary>What a sweep varies, as text.</summary>
internal static class SweptValues
{
    /// <summary>Ranges over more than this factor are looked at by their logarithm, as learning rates are.</summary>
    private const double WideRange = 8;

    /// <param name="text"><c>Training.LearningRate</c>, <c>Training.LearningRate=1e-4..1e-3</c>, or <c>Training.BatchSize=8,16,32</c>.</param>
    /// <exception cref="UsageException">It is none of them.</exception>
    public static SweepParameter Parse(string text)
    {
        string[] parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
        var path = OptionSettings.Find(parts[0]);
        if (parts.Length == 1)
        {
            return path.Name;
        }

        string[] ends = parts[1].Split("..");
        if (ends.Length == 2)
        {
            return double.TryParse(ends[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double low) && double.TryParse(ends[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double high) && low < high
                ? SweepParameter.Range(path.Name, low, high, log: low > 0 && high / low >= WideRange)
                : throw new UsageException($"'{parts[1]}' is no range for {path.Name}: write the lower and the higher end, such as 1e-4..1e-3.");
        }

        return SweepParameter.Choice(path.Name, [.. parts[1].Split(path.ValueType == typeof(int[]) ? ';' : ',').Select(value => OptionSettings.Parse(path, value.Trim()))]);
    }
}
