using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>
/// Everything that changes from step to step: weights, gradients, Adam's moments and the moving average of the weights, each in one flat
/// buffer that the network's own tensors are views of.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    private readonly IReadOnlyList<ParameterSlot> _slots;

    /// <param name="network">A network with its initial weights, whose parameters move into the flat buffer. Owned by the caller.</param>
    /// <param name="device">Where the network lives.</param>
    /// <param name="keepsPowerAverages">Whether there are averages of which others can be made afterwards.</param>
    public TrainingState(DenoisingNetwork network, Device device, bool keepsPowerAverages = false)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Network = network;
        _slots = ParameterSlot.For(network);
        Weights = new FlatBuffer(_slots, device);
        Gradients = new FlatBuffer(_slots, device);
        FirstMoments = new FlatBuffer(_slots, device);
        SecondMoments = new FlatBuffer(_slots, device);
        EmaWeights = new FlatBuffer(_slots, device);
        PowerAverages = keepsPowerAverages ? new PowerFunctionAverages(_slots, device) : null;
        foreach (var (slot, (_, parameter)) in _slots.Zip(network.named_parameters()))
        {
            using var weights = Weights.View(slot);
            using var gradient = Gradients.View(slot);
            weights.copy_(parameter);
            parameter.set_(weights);
            parameter.grad = gradient;
        }

        EmaWeights.Values.copy_(Weights.Values);
    }

    public DenoisingNetwork Network { get; }

    /// <summary>Where each parameter lies in the buffers.</summary>
    public IReadOnlyList<ParameterSlot> Slots => _slots;

    public FlatBuffer Weights { get; }

    public FlatBuffer Gradients { get; }

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

    /// <summary>Views of all that a checkpoint must hold. The caller disposes of them.</summary>
    public IReadOnlyList<NamedTensor> NamedTensors()
        =>
        [
            .. Weights.NamedViews("weights."), .. EmaWeights.NamedViews("average."), .. FirstMoments.NamedViews("adam.first."), .. SecondMoments.NamedViews("adam.second."),
            .. PowerAverages?.NamedViews() ?? [],
        ];

    /// <exception cref="InvalidOperationException">A number that a checkpoint or the model would hold is not finite.</exception>
    public void RequireFinite()
    {
        if (!Weights.IsFinite() || !EmaWeights.IsFinite() || !FirstMoments.IsFinite() || !SecondMoments.IsFinite() || PowerAverages?.IsFinite() == false)
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
        foreach (var slot in _slots)
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

        EmaWeights.Values.copy_(Weights.Values);
    }

    /// <summary>
    /// Lends the network the moving average of the weights, which is what is evaluated and what generates, until what is returned is disposed of. Nothing is
    /// copied: the network's tensors become views of the other buffer.
    /// </summary>
    public IDisposable WearEma()
    {
        Point(EmaWeights);
        return new Worn(this);
    }

    /// <summary>Gives the network the moving average for good and takes its gradient away, so that it needs this state no longer.</summary>
    public void HandOverEma()
    {
        Point(EmaWeights);
        foreach (var parameter in Network.parameters())
        {
            parameter.grad = null;
        }
    }

    public void Dispose()
    {
        Weights.Dispose();
        Gradients.Dispose();
        FirstMoments.Dispose();
        SecondMoments.Dispose();
        EmaWeights.Dispose();
        PowerAverages?.Dispose();
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
        foreach (var (slot, (_, parameter)) in _slots.Zip(Network.named_parameters()))
        {
            using var view = buffer.View(slot);
            parameter.set_(view);
        }
    }

    private sealed class Worn(TrainingState state) : IDisposable
    {
        public void Dispose() => state.Point(state.Weights);
    }
}

/// <summary>The error of a training whose numbers are no numbers any more.</summary>
internal static class Divergence
{
    /// <param name="symptom">What is not finite, and when.</param>
    public static InvalidOperationException Error(string symptom) => new(
        $"Training has diverged: {symptom}. A lower Training.LearningRate or a longer Training.WarmupSteps would be right.");
}
