using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>
/// Weights and gradients of which each rank has its shard alone (ZeRO stage 3, Rajbhandari et al. 2020). The weights of a block are gathered for its forward pass, and again
/// for its backward pass, after which its gradients are added up over the ranks; what lies outside of blocks is on all ranks. Gradients of a batch on each rank are
/// the leaves of a branch of the tree in which the batches of a step are added up, so that rank r of n has the batches r, r + n, r + 2n, …
/// </summary>
internal sealed class ShardedWeights : IBlockWeights, IDisposable
{
    private readonly WeightLayout _layout;
    private readonly Ranks _ranks;
    private readonly IReadOnlyList<FlatRange> _shards;
    private readonly FlatBuffer _weights;
    private readonly FlatBuffer _gradients;
    private readonly DenoisingNetwork _network;
    private readonly Dictionary<nn.Module, Placed[]> _blocks = [];
    private readonly Placed[] _residents;
    private readonly Tensor _residentWeights;
    private readonly Tensor _residentGradients;

    /// <param name="network">The network, with all weights in place.</param>
    /// <param name="layout">Where each parameter lies.</param>
    /// <param name="ranks">The ranks.</param>
    /// <param name="weights">This rank's shard of the weights.</param>
    /// <param name="gradients">This rank's shard of the gradients.</param>
    public ShardedWeights(DenoisingNetwork network, WeightLayout layout, Ranks ranks, FlatBuffer weights, FlatBuffer gradients)
    {
        (_network, _layout, _ranks, _weights, _gradients) = (network, layout, ranks, weights, gradients);
        _shards = layout.Shards(ranks.Count);
        var slots = layout.Slots.Zip(network.named_parameters()).ToDictionary(pair => pair.Second.parameter.Handle, pair => (Slot: pair.First, Parameter: pair.Second.parameter));
        foreach (var block in network.RecomputedBlocks)
        {
            _blocks.Add(block, Place(block.parameters().Select(parameter => slots[parameter.Handle])));
        }

        var lent = _blocks.Values.SelectMany(placed => placed).Select(placed => placed.Slot.Name).ToHashSet();
        _residents = Place(slots.Values.Where(slot => !lent.Contains(slot.Slot.Name)));
        _residentWeights = Buffer(_residents);
        _residentGradients = Buffer(_residents);
        TakeAway();
        network.BringWeights(this);
    }

    /// <summary>The most numbers of weights that have been gathered at once.</summary>
    public long MostGathered { get; private set; }

    /// <inheritdoc/>
    public IDisposable Lend(nn.Module block, bool withGradients)
    {
        using var guard = no_grad();
        var placed = _blocks[block];
        var weights = Gather(placed, Buffer(placed));
        var gradients = withGradients ? Buffer(placed) : null;
        MostGathered = Math.Max(MostGathered, weights.NumberOfElements);
        PutInPlace(placed, weights, gradients);
        return new Lent(this, placed, weights, gradients);
    }

    /// <summary>Adds up what lies outside of blocks, when a batch's backward pass is done on all ranks.</summary>
    public void FinishBatch()
    {
        using var guard = no_grad();
        Reduce(_residents, _residentGradients);
        _residentGradients.zero_();
    }

    /// <summary>Gives all ranks what lies outside of blocks, after the shards have been updated.</summary>
    public void ShareResidents()
    {
        using var guard = no_grad();
        _ = Gather(_residents, _residentWeights);
    }

    /// <summary>Takes the weights of blocks away, and puts those outside of them in place.</summary>
    public void TakeAway()
    {
        using var guard = no_grad();
        using var nothing = empty(0, device: _weights.Values.device);
        foreach (var placed in _blocks.Values.SelectMany(placed => placed))
        {
            placed.Parameter.grad = null;
            placed.Parameter.set_(nothing);
        }

        ShareResidents();
        PutInPlace(_residents, _residentWeights, _residentGradients);
    }

    /// <summary>Gathers all weights, which stay until the next call of <see cref="TakeAway"/>: for what computes without a backward pass.</summary>
    /// <param name="shard">This rank's numbers.</param>
    public void PutWhole(FlatBuffer shard)
    {
        using var guard = no_grad();
        using var whole = new FlatBuffer(_layout, shard.Values.device);
        using (var own = whole.Part(_shards[_ranks.Index]))
        {
            own.copy_(shard.Values);
        }

        _ranks.Gather(whole.Values, _shards);
        foreach (var placed in _blocks.Values.SelectMany(placed => placed).Concat(_residents))
        {
            using var view = whole.View(placed.Slot);
            placed.Parameter.set_(view);
        }
    }

    public void Dispose()
    {
        _network.BringWeights(null);
        _residentWeights.Dispose();
        _residentGradients.Dispose();
    }

    /// <summary>Parameters one after the other in a buffer of their own.</summary>
    private static Placed[] Place(IEnumerable<(ParameterSlot Slot, Parameter Parameter)> parameters)
    {
        var placed = new List<Placed>();
        long offset = 0;
        foreach (var (slot, parameter) in parameters)
        {
            placed.Add(new Placed(slot, parameter, offset));
            offset += slot.Range.Length;
        }

        return [.. placed];
    }

    private Tensor Buffer(Placed[] placed) => zeros(placed.Sum(one => one.Slot.Range.Length), dtype: ScalarType.Float32, device: _weights.Values.device).DetachFromDisposeScope();

    private static void PutInPlace(Placed[] placed, Tensor weights, Tensor? gradients)
    {
        using var scope = NewDisposeScope();
        foreach (var one in placed)
        {
            one.Parameter.set_(one.In(weights));
            if (gradients is not null)
            {
                one.Parameter.grad = one.In(gradients).DetachFromDisposeScope();
            }
        }
    }

    /// <summary>Fills a buffer with the weights of all ranks.</summary>
    private Tensor Gather(Placed[] placed, Tensor buffer)
    {
        using var scope = NewDisposeScope();
        var transfers = new List<Transfer>();
        foreach (var (owner, piece, there) in Pieces(placed, buffer))
        {
            if (owner == _ranks.Index)
            {
                var own = _weights.Part(piece);
                there.copy_(own);
                transfers.AddRange(Others().Select(rank => new Transfer(rank, IsSent: true, own)));
            }
            else
            {
                transfers.Add(new Transfer(owner, IsSent: false, there));
            }
        }

        _ranks.Exchange(transfers);
        return buffer;
    }

    /// <summary>Adds the sum of all ranks' gradients to the shards, in the order of a binary tree of the ranks.</summary>
    private void Reduce(Placed[] placed, Tensor gradients)
    {
        using var scope = NewDisposeScope();
        var transfers = new List<Transfer>();
        var sums = new List<(FlatRange Piece, Tensor[] Parts)>();
        foreach (var (owner, piece, here) in Pieces(placed, gradients))
        {
            if (owner != _ranks.Index)
            {
                transfers.Add(new Transfer(owner, IsSent: true, here));
                continue;
            }

            Tensor[] parts = [.. Enumerable.Range(0, _ranks.Count).Select(rank => rank == _ranks.Index ? here : empty_like(here))];
            transfers.AddRange(Others().Select(rank => new Transfer(rank, IsSent: false, parts[rank])));
            sums.Add((piece, parts));
        }

        _ranks.Exchange(transfers);
        foreach (var (piece, parts) in sums)
        {
            _gradients.Part(piece).add_(Ranks.SumTree(parts));
        }
    }

    /// <summary>The parts of parameters that lie in one shard each, with the rank that has it and their place in a buffer, in the same order on all ranks.</summary>
    private IEnumerable<(int Owner, FlatRange Piece, Tensor There)> Pieces(Placed[] placed, Tensor buffer)
        => from one in placed
           from owner in Enumerable.Range(0, _ranks.Count)
           let piece = one.Slot.Range.Intersect(_shards[owner])
           where piece.Length > 0
           select (owner, piece, buffer.narrow(0, one.Offset + piece.Start - one.Slot.Range.Start, piece.Length));

    private IEnumerable<int> Others() => Enumerable.Range(0, _ranks.Count).Where(rank => rank != _ranks.Index);

    private void TakeBack(Placed[] placed, Tensor weights, Tensor? gradients)
    {
        using var guard = no_grad();
        using var nothing = empty(0, device: weights.device);
        foreach (var one in placed)
        {
            one.Parameter.grad?.Dispose();
            one.Parameter.grad = null;
            one.Parameter.set_(nothing);
        }

        if (gradients is not null)
        {
            Reduce(placed, gradients);
            gradients.Dispose();
        }

        weights.Dispose();

        // It would keep a copy in bfloat16 of each block's weights.
        if (Autocast.IsEnabled)
        {
            TorchFunctions.ClearAutocastCache();
        }
    }

    /// <summary>A parameter, and where it lies among those that are gathered with it.</summary>
    private sealed record Placed(ParameterSlot Slot, Parameter Parameter, long Offset)
    {
        public Tensor In(Tensor buffer) => buffer.narrow(0, Offset, Slot.Range.Length).view(Slot.Shape);
    }

    private sealed class Lent(ShardedWeights owner, Placed[] placed, Tensor weights, Tensor? gradients) : IDisposable
    {
        public void Dispose() => owner.TakeBack(placed, weights, gradients);
    }
}
