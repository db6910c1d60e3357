using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>Gathers statistics of features block by block, keeps the features, or both.</summary>
internal sealed class FeatureCollector : IRowConsumer, IDisposable
{
    /// <summary>More rows make no product faster.</summary>
    private const int MaxBlockRows = 2048;

    /// <summary>A block is there as read, as float64, and less its mean.</summary>
    private const int CopiesOfBlock = 4;

    private readonly FeatureColumn _column;
    private readonly bool _keepsRows;
    private readonly int _blockRows;
    private readonly List<Tensor> _kept = [];
    private Tensor? _block;
    private int _filled;

    /// <param name="column">The features.</param>
    /// <param name="gathersStatistics">Whether mean and covariance are needed.</param>
    /// <param name="keepsRows">Whether the features themselves are needed.</param>
    /// <param name="blockBytes">Memory for blocks.</param>
    public FeatureCollector(FeatureColumn column, bool gathersStatistics, bool keepsRows, long blockBytes)
    {
        _column = column;
        _keepsRows = keepsRows;
        _blockRows = (int)Math.Clamp(blockBytes / (CopiesOfBlock * sizeof(double) * Math.Max(column.Dimension, 1)), 1, MaxBlockRows);
        Statistics = gathersStatistics ? new FeatureStatistics(column.Dimension) : null;
    }

    /// <summary>Statistics of a column on their own.</summary>
    public static FeatureStatistics Gather(IDataView data, string columnName, CancellationToken cancellationToken)
    {
        var collector = new FeatureCollector(
            FeatureColumn.Find(data.Schema, "given", columnName), gathersStatistics: true, keepsRows: false, new ImageGenerationEvaluationOptions().BlockBytes);
        try
        {
            RowPass.Run(data, [collector], cancellationToken);
            return collector.Statistics!;
        }
        catch
        {
            collector.Dispose();
            throw;
        }
    }

    public IReadOnlyList<DataViewSchema.Column> Columns => [_column.Column];

    public int Dimension => _column.Dimension;

    /// <summary>Which view the features are of.</summary>
    public string Role => _column.Role;

    public long Count { get; private set; }

    public FeatureStatistics? Statistics { get; }

    /// <summary>The features [N, D], after the pass, if they are kept.</summary>
    public Tensor? Rows { get; private set; }

    public Action Open(DataViewRow row)
    {
        var read = _column.CreateByteReader(row);
        return () =>
        {
            _block ??= empty([_blockRows, _column.Dimension], dtype: _column.ScalarType, device: CPU).DetachFromDisposeScope();
            int rowBytes = _column.Dimension * (int)_block.ElementSize;
            read(_block.bytes.Slice(_filled * rowBytes, rowBytes));
            Count++;
            if (++_filled == _blockRows)
            {
                Flush();
            }
        };
    }

    public void Complete()
    {
        Flush();
        if (_keepsRows && _kept.Count > 0)
        {
            Rows = _kept.Count == 1 ? _kept[0].alias().DetachFromDisposeScope() : cat(_kept).DetachFromDisposeScope();
            Free(_kept);
        }

        _block?.Dispose();
        _block = null;
    }

    /// <summary>Number of features that are the same in all rows.</summary>
    public int CountConstant()
    {
        if (Statistics is not null)
        {
            return Statistics.CountConstantFeatures();
        }

        using var scope = NewDisposeScope();
        return Rows is null ? 0 : (int)Rows.amax([0]).eq(Rows.amin([0])).count_nonzero().item<long>();
    }

    public void Dispose()
    {
        Statistics?.Dispose();
        Rows?.Dispose();
        _block?.Dispose();
        Free(_kept);
    }

    private static void Free(List<Tensor> tensors)
    {
        tensors.ForEach(tensor => tensor.Dispose());
        tensors.Clear();
    }

    private void Flush()
    {
        if (_filled == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var rows = _block!.narrow(0, 0, _filled);
        Statistics?.Add(rows);
        if (_keepsRows)
        {
            _kept.Add(rows.clone().DetachFromDisposeScope());
        }

        _filled = 0;
    }
}
