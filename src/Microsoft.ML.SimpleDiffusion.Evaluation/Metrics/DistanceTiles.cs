namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>Cuts the matrix of all distances between two sets into tiles that fit into memory.</summary>
internal static class DistanceTiles
{
    private const int SmallestSide = 16;

    /// <summary>A tile is there as distances, and as what is made of them.</summary>
    private const int CopiesOfTile = 3;

    /// <summary>Rows and columns of a tile, from 3 s² + 2 s D numbers: the tile's copies and the points of both its sides.</summary>
    /// <param name="bytes">Memory for a tile.</param>
    /// <param name="dimension">Length of the points.</param>
    /// <param name="bytesPerNumber">4 or 8.</param>
    public static int Side(long bytes, int dimension, int bytesPerNumber)
    {
        double numbers = (double)bytes / bytesPerNumber;
        double side = (Math.Sqrt(((double)dimension * dimension) + (CopiesOfTile * numbers)) - dimension) / CopiesOfTile;
        return (int)Math.Clamp(side, SmallestSide, 1 << 14);
    }

    /// <summary>First point and number of points of each piece.</summary>
    public static IEnumerable<(int First, int Count)> Pieces(int count, int side)
    {
        for (int first = 0; first < count; first += side)
        {
            yield return (first, Math.Min(side, count - first));
        }
    }
}
