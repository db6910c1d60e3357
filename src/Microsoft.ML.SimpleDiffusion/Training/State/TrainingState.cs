using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>
/// Everything that changes from step to step: weights, gradients, Adam's moments and the moving average of the weights, each in one flat
/// buffer that the network's own tensors are views of. Of moments and averages each rank has its shard.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    /// <param name="network">A network with its initial weights, whose parameters move into the flat buffer. Owned by the caller.</param>
    /// <param name="device">Where the network lives.</param>
    /// <param name="keepsPowerAverages">Whether there are averages of which others can be made afterwards.</param>
    /// <param name="ranks">The ranks that train it; null: this process alone.</param>
    public TrainingState(DenoisingNetwork network, Device device, bool keepsPowerAverages = false, Ranks? ranks = null)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Network = network;
        Ranks = ranks ?? Ranks.Alone;
        Layout = WeightLayout.Of(network);
        Shards = Layout.Shards(Ranks.Count);
        Weights = new FlatBuffer(Layout, device);
        Gradients = new FlatBuffer(Layout, device);
        FirstMoments = new FlatBuffer(Layout, device, Shard);
        SecondMoments = new FlatBuffer(Layout, device, Shard);
        EmaWeights = new FlatBuffer(Layout, device, Shard);
        PowerAverages = keepsPowerAverages ? new PowerFunctionAverages(Layout, device, Shard) : null;
        foreach (var (slot, (_, parameter)) in Layout.Slots.Zip(network.named_parameters()))
        {
            using var weights = Weights.View(slot);
            using var gradient = Gradients.View(slot);
            weights.copy_(parameter);
            parameter.set_(weights);
            parameter.grad = gradient;
        }

        StartEma();
    }

    public DenoisingNetwork Network { get; }

    /// <summary>The ranks that train.</summary>
    public Ranks Ranks { get; }

    /// <summary>Where each parameter lies in the buffers.</summary>
    public WeightLayout Layout { get; }

    /// <summary>The weights that each rank updates.</summary>
    public IReadOnlyList<FlatRange> Shards { get; }

    /// <summary>The weights that this rank updates.</summary>
    public FlatRange Shard => Shards[Ranks.Index];

    /// <summary>All weights, or this rank's shard of them if weights are sharded.</summary>
    public FlatBuffer Weights { get; private set; }

    /// <summary>Their gradients, or those of this rank's shard.</summary>
    public FlatBuffer Gradients { get; private set; }

    /// <summary>What brings weights that are sharded; null: all are there.</summary>
    public ShardedWeights? Sharded { get; private set; }

    public FlatBuffer FirstMoments { get; }

    public FlatBuffer SecondMoments { get; }

    /// <summary>The exponential moving average of the weights, which generates images.</summary>
    public FlatBuffer EmaWeights { get; }

    /// <summary>Averages of which others can be made afterwards, or null.</summary>
    public PowerFunctionAverages? PowerAverages { get; }

    /// <summary>Optimizer steps done.</summary>
    public long Step { get; set; }

    /// <summary>Steps among them that changed nothing because loss or gradient were not finite.</summary>
    public long SkippedSteps { get; set; }

    /// <summary>All that a checkpoint must hold, with the names that they have in files: first the weights, which are whole, then what each rank has a shard of.</summary>
    public IReadOnlyList<(string Prefix, FlatBuffer Buffer)> Stored
        => [("weights.", Weights), ("average.", EmaWeights), ("adam.first.", FirstMoments), ("adam.second.", SecondMoments), .. PowerAverages?.Stored ?? []];

    /// <summary>Views of all that a checkpoint must hold, where this process holds all of it. The caller disposes of them.</summary>
    public IReadOnlyList<NamedTensor> NamedTensors() => [.. Stored.SelectMany(stored => stored.Buffer.NamedViews(stored.Prefix))];

    /// <exception cref="InvalidOperationException">A number that a checkpoint or the model would hold is not finite, on any rank.</exception>
    public void RequireFinite()
    {
        if (Ranks.Any(!Stored.All(stored => stored.Buffer.IsFinite())))
        {
            throw Divergence.Error($"the weights or their moments are not finite after step {Step - 1}");
        }
    }

    /// <summary>Starts from the weights of another network of the same shape, with fresh moments.</summary>
    /// <param name="other">The other network. It may have other classes, and may have or not have guidance scales, augmentation, uncertainty and coordinates.</param>
    /// <param name="classRows">Row of the other network's table of classes for each row of this one's, or null where the row stays as it is; null: the same for all.</param>
    public void StartFrom(DenoisingNetwork other, IReadOnlyList<int?>? classRows = null)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        string? classTable = classRows is null ? null : Network.Plan.Embedding.ClassTableName;
        var given = other.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        foreach (var slot in Layout.Slots)
        {
            if (!given.TryGetValue(slot.Name, out var parameter))
            {
                continue;
            }

            using var weights = Weights.View(slot);
            if (slot.Name == classTable)
            {
                CopyRows(parameter, weights, classRows!);
            }
            else
            {
                weights.copy_(parameter);
            }
        }

        StartEma();
    }

    /// <summary>
    /// Lends the network the moving average of the weights, which is what is evaluated and what generates, until what is returned is disposed of. In one process
    /// nothing is copied: the network's tensors become views of the other buffer. Ranks exchange their shards of it, and of the weights afterwards.
    /// </summary>
    public IDisposable WearEma()
    {
        if (Sharded is not null)
        {
            Sharded.PutWhole(EmaWeights);
            return new Worn(Sharded.TakeAway);
        }

        if (Ranks.IsAlone)
        {
            Point(EmaWeights);
            return new Worn(() => Point(Weights));
        }

        using var guard = no_grad();
        using var own = Weights.Part(Shard);
        var weights = own.clone().DetachFromDisposeScope();
        ShareWeights(EmaWeights.Values);
        return new Worn(() =>
        {
            using (weights)
            {
                ShareWeights(weights);
            }
        });
    }

    /// <summary>Gives the network the moving average for good and takes its gradient away, so that it needs this state no longer.</summary>
    public void HandOverEma()
    {
        if (Sharded is not null)
        {
            Sharded.PutWhole(EmaWeights);
        }
        else if (Ranks.IsAlone)
        {
            Point(EmaWeights);
        }
        else
        {
            ShareWeights(EmaWeights.Values);
        }

        foreach (var parameter in Network.parameters())
        {
            parameter.grad = null;
        }
    }

    /// <summary>Keeps of weights and gradients this rank's shard only, from now on.</summary>
    public void ShardWeights()
    {
        using var guard = no_grad();
        using FlatBuffer weights = Weights, gradients = Gradients;
        Weights = new FlatBuffer(Layout, weights.Values.device, Shard);
        Gradients = new FlatBuffer(Layout, weights.Values.device, Shard);
        using var own = weights.Part(Shard);
        Weights.Values.copy_(own);
        Sharded = new ShardedWeights(Network, Layout, Ranks, Weights, Gradients);
    }

    /// <summary>Gives all ranks the weights that each has updated, as far as they need them all the time.</summary>
    public void ShareWeights()
    {
        if (Sharded is null)
        {
            Ranks.Gather(Weights.Values, Shards);
        }
        else
        {
            Sharded.ShareResidents();
        }
    }

    /// <summary>The batches of a step that this rank does: some in a row, or with sharded weights, whose gradients are added up batch by batch, each n-th.</summary>
    /// <param name="count">Batches of a step.</param>
    public IReadOnlyList<int> BatchesOf(int count)
        => [.. Enumerable.Range(0, count / Ranks.Count).Select(i => Sharded is null ? (Ranks.Index * (count / Ranks.Count)) + i : Ranks.Index + (i * Ranks.Count))];

    /// <summary>Clears the gradient outside of this rank's shard, which the optimizer leaves alone.</summary>
    public void ClearGradientOfOthers()
    {
        if (Sharded is not null)
        {
            return;
        }

        using var guard = no_grad();
        foreach (var range in (FlatRange[])[FlatRange.Between(0, Shard.Start), FlatRange.Between(Shard.End, Layout.Whole.End)])
        {
            using var part = Gradients.Part(range);
            using var cleared = part.zero_();
        }
    }

    public void Dispose()
    {
        Sharded?.Dispose();
        Weights.Dispose();
        Gradients.Dispose();
        FirstMoments.Dispose();
        SecondMoments.Dispose();
        EmaWeights.Dispose();
        PowerAverages?.Dispose();
    }

    /// <summary>Puts other numbers in the place of this rank's weights, and gives them to all ranks.</summary>
    private void ShareWeights(Tensor shard)
    {
        using var guard = no_grad();
        using var own = Weights.Part(Shard);
        own.copy_(shard);
        ShareWeights();
    }

    private void StartEma()
    {
        using var own = Weights.Part(Shard);
        EmaWeights.Values.copy_(own);
    }

    private static void CopyRows(Tensor from, Tensor to, IReadOnlyList<int?> rows)
    {
        for (int i = 0; i < rows.Count; i++)
        {
            if (rows[i] is int row)
            {
                using var source = from.select(0, row);
                using var target = to.select(0, i);
                target.copy_(source);
            }
        }
    }

    private void Point(FlatBuffer buffer)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (slot, (_, parameter)) in Layout.Slots.Zip(Network.named_parameters()))
        {
            using var view = buffer.View(slot);
            parameter.set_(view);
        }
    }

    private sealed class Worn(Action takeOff) : IDisposable
    {
        public void Dispose() => takeOff();
    }
}

/// <summary>The error of a training whose numbers are no numbers any more.</summary>
internal static class Divergence
{
    /// <param name="symptom">What is not finite, and when.</param>
    public static InvalidOperationException Error(string symptom) => new(
        $"Training has diverged: {symptom}. A lower Training.LearningRate or a longer Training.WarmupSteps would be right.");
}
