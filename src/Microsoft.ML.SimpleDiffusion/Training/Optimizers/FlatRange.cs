namespace Microsoft.ML.SimpleDiffusion.Training.Optimizers;

/// <summary>A part of the flat buffers.</summary>
/// <param name="Start">First number.</param>
/// <param name="Length">How many.</param>
internal readonly record struct FlatRange(long Start, long Length)
{
    public long End => Start + Length;

    /// <summary>What some ranges, in order and apart, leave of a buffer.</summary>
    /// <param name="taken">The ranges.</param>
    /// <param name="count">Length of the buffer.</param>
    public static IReadOnlyList<FlatRange> Rest(IEnumerable<FlatRange> taken, long count)
    {
        var rest = new List<FlatRange>();
        long from = 0;
        foreach (var range in taken.Append(new FlatRange(count, 0)))
        {
            if (range.Start > from)
            {
                rest.Add(new FlatRange(from, range.Start - from));
            }

            from = range.End;
        }

        return rest;
    }
}
