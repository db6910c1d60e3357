using Microsoft.ML.SimpleDiffusion.Data;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Pictures;

/// <summary>Reads a view some pictures at a time, so that they can be decoded and looked at by all cores.</summary>
internal static class PictureWindows
{
    /// <summary>Some 10 MB of pictures.</summary>
    public const int Rows = 64;

    /// <summary>The pictures, in order.</summary>
    /// <param name="data">Images.</param>
    /// <param name="columnName">Their column.</param>
    /// <param name="threads">Images that are decoded at once.</param>
    /// <param name="cancellationToken">Checked before each row.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">An image cannot be read.</exception>
    public static IEnumerable<byte[][]> Read(IDataView data, string columnName, int threads, CancellationToken cancellationToken)
    {
        var column = PictureColumn.Find(data.Schema, columnName);
        using var cursor = data.GetRowCursor([column.Column]);
        var read = column.CreateReader(cursor);
        var window = new List<Func<byte[]>>(Rows);
        bool hasMore = true;
        while (hasMore)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hasMore = cursor.MoveNext();
            if (hasMore)
            {
                window.Add(read());
            }

            if (window.Count == Rows || (!hasMore && window.Count > 0))
            {
                yield return ParallelMap.Run(window, threads, decode => decode(), cancellationToken);
                window.Clear();
            }
        }
    }
}
