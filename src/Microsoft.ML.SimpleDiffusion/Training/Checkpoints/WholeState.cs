using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>
/// All that a checkpoint holds, whole on the first rank, which reads and writes the files: they do not depend on the number of ranks. In one process it is the state
/// itself; with several ranks what they have shards of lies in the memory of the first rank's CPU for as long as the file is read or written.
/// </summary>
internal sealed class WholeState : IDisposable
{
    private readonly TrainingState _state;
    private readonly FlatBuffer[] _gathered;

    private WholeState(TrainingState state)
    {
        _state = state;
        _gathered = state.Ranks.IsAlone || !state.Ranks.IsFirst ? [] : [.. Sharded.Select(_ => new FlatBuffer(state.Layout, CPU))];
        Tensors = state.Ranks.IsAlone ? state.NamedTensors()
            : state.Ranks.IsFirst ? [.. state.Weights.NamedViews(state.Stored[0].Prefix), .. Sharded.Zip(_gathered).SelectMany(pair => pair.Second.NamedViews(pair.First.Prefix))]
            : [];
    }

    /// <summary>Views of all tensors under their names, on the first rank.</summary>
    public IReadOnlyList<NamedTensor> Tensors { get; }

    private IEnumerable<(string Prefix, FlatBuffer Buffer)> Sharded => _state.Stored.Skip(1);

    /// <summary>A place for a state that is to be read.</summary>
    public static WholeState Empty(TrainingState state) => new(state);

    /// <summary>The state as it is, from all ranks.</summary>
    public static WholeState Gather(TrainingState state)
    {
        var whole = new WholeState(state);
        whole.ForEachSharded((part, there, shards) => state.Ranks.GatherOnFirst(part, there, shards), (here, there) => here.copy_(there));
        return whole;
    }

    /// <summary>Gives all ranks what has been read.</summary>
    public void Scatter()
    {
        _state.Ranks.CopyFromFirst(_state.Weights.Values);
        ForEachSharded((part, there, shards) => _state.Ranks.ScatterFromFirst(there, part, shards), before: (here, there) => there.copy_(here));
    }

    public void Dispose()
    {
        NamedTensor.DisposeAll(Tensors);
        foreach (var buffer in _gathered)
        {
            buffer.Dispose();
        }
    }

    /// <summary>Buffer by buffer through the memory where the model is, which has room for one.</summary>
    private void ForEachSharded(Action<Tensor, Tensor?, IReadOnlyList<FlatRange>> exchange, Action<Tensor, Tensor>? after = null, Action<Tensor, Tensor>? before = null)
    {
        if (_state.Ranks.IsAlone)
        {
            return;
        }

        using var guard = no_grad();
        int index = 0;
        foreach (var (_, buffer) in Sharded)
        {
            using var scope = NewDisposeScope();
            var here = _state.Ranks.IsFirst ? _gathered[index++].Values : null;
            var there = here is null ? null : empty_like(here, device: buffer.Values.device);
            if (here is not null)
            {
                before?.Invoke(here, there!);
            }

            exchange(buffer.Values, there, _state.Shards);
            if (here is not null)
            {
                after?.Invoke(here, there!);
            }
        }
    }
}
