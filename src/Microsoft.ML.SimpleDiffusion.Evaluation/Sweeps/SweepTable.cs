using System.Globalization;
using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Results of sweeps as tables.</summary>
internal static class SweepTable
{
    public static string ToMarkdown(SweepResult result, IReadOnlyList<int> rungSteps)
    {
        var options = result.Default.Parameters.Keys.ToList();
        string[] header =
        [
            "trial",
            .. options,
            .. rungSteps.Select((steps, rung) => string.Create(CultureInfo.InvariantCulture, $"{(rung == 0 ? result.MetricName + " after " : string.Empty)}{steps} steps")),
            "seconds",
            "state",
        ];
        var text = new StringBuilder();
        AppendRow(text, header);
        AppendRow(text, ["---", .. options.Select(_ => "---"), .. rungSteps.Select(_ => "---:"), "---:", "---"]);
        foreach (var trial in result.Ranking)
        {
            AppendRow(
                text,
                [
                    Name(trial, result.Best),
                    .. options.Select(option => OptionValue.Short(trial.Parameters[option])),
                    .. rungSteps.Select(steps => OptionValue.Short(trial.Measurements.FirstOrDefault(measurement => measurement.Steps == steps)?.Value ?? double.NaN)),
                    trial.Seconds.ToString("F0", CultureInfo.InvariantCulture),
                    trial.Error is null ? trial.State.ToString().ToLowerInvariant() : $"failed: {trial.Error}",
                ]);
        }

        return text.ToString();
    }

    public static IDataView ToDataView(IReadOnlyList<SweepTrial> trials, IReadOnlyList<SweptOption> parameters) => new TableDataView(
    [
        new TableColumn<int>("Trial", NumberDataViewType.Int32, [.. trials.Select(trial => trial.Number)]),
        .. parameters.Select(parameter => Column(parameter.Path, [.. trials.Select(trial => trial.Parameters[parameter.Path.Name])])),
        Text("State", trials.Select(trial => trial.State.ToString())),
        new TableColumn<int>("Steps", NumberDataViewType.Int32, [.. trials.Select(trial => trial.Steps)]),
        new TableColumn<double>("Metric", NumberDataViewType.Double, [.. trials.Select(trial => trial.Metric ?? double.NaN)]),
        new TableColumn<double>("Seconds", NumberDataViewType.Double, [.. trials.Select(trial => trial.Seconds)]),
        Text("Error", trials.Select(trial => trial.Error ?? string.Empty)),
    ]);

    private static TableColumn Column(OptionPath path, IReadOnlyList<object?> values) => values.Contains(null) ? Text(path.Name, values.Select(OptionValue.Text)) : values[0] switch
    {
        int => new TableColumn<int>(path.Name, NumberDataViewType.Int32, [.. values.Cast<int>()]),
        float => new TableColumn<float>(path.Name, NumberDataViewType.Single, [.. values.Cast<float>()]),
        double => new TableColumn<double>(path.Name, NumberDataViewType.Double, [.. values.Cast<double>()]),
        bool => new TableColumn<bool>(path.Name, BooleanDataViewType.Instance, [.. values.Cast<bool>()]),
        _ => Text(path.Name, values.Select(OptionValue.Text)),
    };

    private static TableColumn<ReadOnlyMemory<char>> Text(string name, IEnumerable<string> values)
        => new(name, TextDataViewType.Instance, [.. values.Select(value => value.AsMemory())]);

    private static string Name(SweepTrial trial, SweepTrial best) => (trial.Number == best.Number, trial.IsDefault) switch
    {
        (true, true) => $"**{trial.Number} (default, best)**",
        (true, false) => $"**{trial.Number} (best)**",
        (false, true) => $"{trial.Number} (default)",
        _ => trial.Number.ToString(CultureInfo.InvariantCulture),
    };

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells)
        => text.Append("| ").AppendJoin(" | ", cells.Select(Escape)).Append(" |\n");

    /// <summary>Bars and line ends would end a cell, and NaN stands for a metric that was not measured.</summary>
    private static string Escape(string cell) => cell == "NaN" ? string.Empty : cell.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
