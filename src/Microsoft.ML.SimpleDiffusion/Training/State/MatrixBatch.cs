using Microsoft.ML.SimpleDiffusion.Distributed;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>
/// Matrices of weights between hidden features, of one shape and one after the other in the flat buffers: dense layers, those that a layer joins, or convolutions as
/// [out, in × kernel]. What is done to them is done to all at once.
/// </summary>
/// <param name="Range">Where they lie.</param>
/// <param name="Count">How many.</param>
/// <param name="Rows">Outputs of each.</param>
/// <param name="Columns">Inputs, times the pixels of a kernel.</param>
internal sealed record MatrixBatch(FlatRange Range, long Count, long Rows, long Columns)
{
    /// <summary>Matrices one after the other in batches of about <paramref name="length"/> numbers, at least one in each.</summary>
    public static IEnumerable<MatrixBatch> Split(FlatRange range, long rows, long columns, long length)
    {
        long size = rows * columns;
        return range.Split(Math.Max(1, length / size) * size).Select(part => new MatrixBatch(part, part.Length / size, rows, columns));
    }
}
