namespace Microsoft.ML.SimpleDiffusion.Distributed;

/// <summary>A part of a flat buffer.</summary>
/// <param name="Start">First number.</param>
/// <param name="Length">How many.</param>
internal readonly record struct FlatRange(long Start, long Length)
{
    public long End => Start + Length;

    /// <param name="start">First number.</param>
    /// <param name="end">The number after the last.</param>
    public static FlatRange Between(long start, long end) => new(start, end - start);

    /// <summary>What two ranges have in common; empty if nothing.</summary>
    public FlatRange Intersect(FlatRange other)
    {
        long end = Math.Min(End, other.End), start = Math.Min(Math.Max(Start, other.Start), end);
        return Between(start, end);
    }

    public bool Contains(FlatRange other) => other.Start >= Start && other.End <= End;

    /// <summary>Pieces of at most a length, in order.</summary>
    public IEnumerable<FlatRange> Split(long length)
    {
        for (long start = Start; start < End; start += length)
        {
            yield return new FlatRange(start, Math.Min(length, End - start));
        }
    }
}
