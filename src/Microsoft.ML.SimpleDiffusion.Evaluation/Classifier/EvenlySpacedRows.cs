using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>Evenly spaced rows of a view, so that classes keep their shares even where the rows are sorted by class. Rows keep their ids.</summary>
internal sealed class EvenlySpacedRows : IDataView
{
    private readonly IDataView _input;
    private readonly long _inputCount;
    private readonly long _count;

    private EvenlySpacedRows(IDataView input, long inputCount, long count) => (_input, _inputCount, _count) = (input, inputCount, count);

    /// <inheritdoc/>
    public bool CanShuffle => false;

    /// <inheritdoc/>
    public DataViewSchema Schema => _input.Schema;

    /// <summary>The view itself if it has few enough rows.</summary>
    public static IDataView Of(IDataView input, int atMost)
    {
        long inputCount = input.GetRowCount() ?? CountRows(input);
        return inputCount <= atMost ? input : new EvenlySpacedRows(input, inputCount, atMost);
    }

    /// <inheritdoc/>
    public long? GetRowCount() => _count;

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        => new Cursor(_input.GetRowCursor(columnsNeeded), _inputCount, _count);

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded)];

    private static long CountRows(IDataView input)
    {
        using var cursor = input.GetRowCursor([]);
        long count = 0;
        while (cursor.MoveNext())
        {
            count++;
        }

        return count;
    }

    private sealed class Cursor(DataViewRowCursor input, long inputCount, long count) : DataViewRowCursor
    {
        private long _position = -1;
        private long _taken;

        /// <inheritdoc/>
        public override long Position => _position;

        /// <inheritdoc/>
        public override long Batch => input.Batch;

        /// <inheritdoc/>
        public override DataViewSchema Schema => input.Schema;

        /// <inheritdoc/>
        public override bool MoveNext()
        {
            while (_taken < count && input.MoveNext())
            {
                if (input.Position == (long)((decimal)_taken * inputCount / count))
                {
                    _position = _taken++;
                    return true;
                }
            }

            _position = -1;
            return false;
        }

        /// <inheritdoc/>
        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        /// <inheritdoc/>
        public override bool IsColumnActive(DataViewSchema.Column column) => input.IsColumnActive(column);

        /// <inheritdoc/>
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => input.GetGetter<TValue>(column);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                input.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
