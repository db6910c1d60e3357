namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>
/// exp of the mean Kullback-Leibler divergence between each image's class probabilities and those of all (Salimans et al. 2016). In one pass: the
/// divergences of a part add up to its sum of p log p, less its number of images times the entropy term of its mean.
/// </summary>
/// <param name="column">Probabilities.</param>
/// <param name="splits">Number of parts.</param>
internal sealed class InceptionScore(FeatureColumn column, int splits) : IRowConsumer
{
    private const double Tolerance = 1e-3;

    private readonly double[][] _probabilitySums = Enumerable.Range(0, splits).Select(_ => new double[column.Dimension]).ToArray();
    private readonly double[] _logSums = new double[splits];
    private readonly long[] _counts = new long[splits];

    public IReadOnlyList<DataViewSchema.Column> Columns => [column.Column];

    public long Count => _counts.Sum();

    public Action Open(DataViewRow row)
    {
        var read = column.CreateReader(row);
        var probabilities = new double[column.Dimension];
        return () =>
        {
            read(probabilities);
            if (probabilities.Any(p => p < 0) || Math.Abs(probabilities.Sum() - 1) > Tolerance)
            {
                throw new InvalidOperationException(
                    $"Row {row.Position} of the column '{column.Column.Name}' does not have probabilities: they must be 0 or more and sum to 1.");
            }

            Add(probabilities);
        };
    }

    public void Complete()
    {
    }

    /// <summary>Mean and deviation over the parts that have images.</summary>
    public MetricEstimate Score() => MetricEstimate.Of(Enumerable.Range(0, splits).Where(split => _counts[split] > 0).Select(Score).ToList());

    private void Add(double[] probabilities)
    {
        int split = (int)(Count % splits);
        _counts[split]++;
        for (int i = 0; i < probabilities.Length; i++)
        {
            _probabilitySums[split][i] += probabilities[i];
            _logSums[split] += TimesLog(probabilities[i]);
        }
    }

    private double Score(int split)
        => Math.Exp((_logSums[split] / _counts[split]) - _probabilitySums[split].Sum(sum => TimesLog(sum / _counts[split])));

    private static double TimesLog(double p) => p > 0 ? p * Math.Log(p) : 0;
}
