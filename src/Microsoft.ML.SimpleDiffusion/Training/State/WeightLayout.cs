using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Networks;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>
/// Where the weights of a network lie in flat buffers: first those that are no hidden matrices, then the hidden matrices, those of one shape side by side. The
/// whole is cut into units, which are summed up and updated one by one; a shard is some units in a row, so that numbers are the same however many shards there are.
/// </summary>
internal sealed class WeightLayout
{
    /// <summary>Numbers in a unit, at least and at most: enough to hide the calls, few enough that shards are of nearly one length.</summary>
    private const long ShortestUnit = 1 << 10, LongestUnit = 1 << 20;

    private const int UnitsOfSmallNetworks = 64;

    private WeightLayout(IReadOnlyList<ParameterSlot> slots, FlatRange rest, IReadOnlyList<MatrixBatch> matrices, long unitLength)
    {
        Slots = slots;
        Rest = rest;
        Matrices = matrices;
        Units = [.. rest.Split(unitLength), .. matrices.Select(batch => batch.Range)];
    }

    /// <summary>The parameters, in the order of the network's.</summary>
    public IReadOnlyList<ParameterSlot> Slots { get; }

    /// <summary>What are no hidden matrices.</summary>
    public FlatRange Rest { get; }

    /// <summary>The hidden matrices.</summary>
    public IReadOnlyList<MatrixBatch> Matrices { get; }

    /// <summary>The whole in parts, in order.</summary>
    public IReadOnlyList<FlatRange> Units { get; }

    /// <summary>All weights.</summary>
    public FlatRange Whole => FlatRange.Between(0, Units[^1].End);

    /// <summary>The layout of a network.</summary>
    public static WeightLayout Of(DenoisingNetwork network)
    {
        var weights = network.named_parameters().Zip(network.Plan.Weights, (named, plan) => (named.name, named.parameter.shape, Matrices: plan.HiddenMatrices)).ToList();
        var shapes = weights.GroupBy(weight => Matrix(weight.shape, weight.Matrices)).OrderBy(group => group.Key.Rows).ThenBy(group => group.Key.Columns).ToList();
        long unitLength = Math.Clamp(weights.Sum(weight => Length(weight.shape)) / UnitsOfSmallNetworks, ShortestUnit, LongestUnit);
        var offsets = new Dictionary<string, long>();
        var batches = new List<MatrixBatch>();
        long end = 0, rest = 0;
        foreach (var shape in shapes)
        {
            long start = end;
            foreach (var (name, dimensions, _) in shape)
            {
                offsets.Add(name, end);
                end += Length(dimensions);
            }

            if (shape.Key.Rows == 0)
            {
                rest = end;
            }
            else
            {
                batches.AddRange(MatrixBatch.Split(FlatRange.Between(start, end), shape.Key.Rows, shape.Key.Columns, unitLength));
            }
        }

        var slots = weights.Select(weight => new ParameterSlot(weight.name, weight.shape, new FlatRange(offsets[weight.name], Length(weight.shape))));
        return new WeightLayout([.. slots], FlatRange.Between(0, rest), batches, unitLength);
    }

    /// <summary>Parts of nearly one length, in order, each of whole units; with more parts than units some are empty.</summary>
    /// <param name="count">How many.</param>
    public IReadOnlyList<FlatRange> Shards(int count)
    {
        long[] starts = [.. Enumerable.Range(0, count).Select(i => StartAfter(Whole.End * i / count)), Whole.End];
        return [.. starts.Zip(starts.Skip(1), FlatRange.Between)];
    }

    private long StartAfter(long place) => Units.FirstOrDefault(unit => unit.Start >= place, new FlatRange(Whole.End, 0)).Start;

    /// <summary>Shape of the matrices in a tensor; what is none comes first.</summary>
    private static (long Rows, long Columns) Matrix(long[] shape, int matrices)
        => matrices == 0 ? (0, 0) : (shape[0] / matrices, Length(shape) / shape[0]);

    private static long Length(long[] shape) => shape.Aggregate(1L, (product, side) => product * side);
}

/// <summary>Where a parameter lies in a <see cref="FlatBuffer"/>.</summary>
/// <param name="Name">Its name in the network.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Range">Its place.</param>
internal sealed record ParameterSlot(string Name, long[] Shape, FlatRange Range);
