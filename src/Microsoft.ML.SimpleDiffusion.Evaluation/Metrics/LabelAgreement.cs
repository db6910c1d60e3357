using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Evaluation.Columns;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>Counts how often the predicted class is the one that was asked for. Images of no class do not count.</summary>
internal sealed class LabelAgreement : IRowConsumer
{
    private readonly DataViewSchema.Column _label;
    private readonly DataViewSchema.Column _predictedLabel;
    private readonly SortedDictionary<string, Tally> _tallies = new(LabelComparer.Instance);

    public LabelAgreement(DataViewSchema.Column label, DataViewSchema.Column predictedLabel)
    {
        _label = label;
        _predictedLabel = predictedLabel;
        foreach (var column in new[] { label, predictedLabel }.Where(column => column.Type is KeyDataViewType))
        {
            Array.ForEach(KeyLabels.Of(column), text => _ = Of(text));
        }
    }

    public IReadOnlyList<DataViewSchema.Column> Columns => [_label, _predictedLabel];

    public Action Open(DataViewRow row)
    {
        Func<string?> readLabel = LabelColumn.CreateGetter(row, _label), readPredicted = LabelColumn.CreateGetter(row, _predictedLabel);
        return () =>
        {
            string? predicted = readPredicted();
            if (predicted is not null)
            {
                Of(predicted).Predicted++;
            }

            if (readLabel() is string label)
            {
                Of(label).Asked++;
                Of(label).Right += LabelComparer.Instance.Equals(label, predicted) ? 1 : 0;
            }
        };
    }

    public void Complete()
    {
    }

    public ClassAgreementMetrics Result() => new(
        (double)_tallies.Values.Sum(tally => tally.Right) / _tallies.Values.Sum(tally => tally.Asked),
        _tallies.ToDictionary(pair => pair.Key, pair => (double)pair.Value.Right / pair.Value.Asked),
        [.. _tallies.Where(pair => pair.Value.Predicted == 0).Select(pair => pair.Key)]);

    private Tally Of(string label)
    {
        if (!_tallies.TryGetValue(label, out var tally))
        {
            _tallies.Add(label, tally = new Tally());
        }

        return tally;
    }

    private sealed class Tally
    {
        public long Asked { get; set; }

        public long Right { get; set; }

        public long Predicted { get; set; }
    }
}
