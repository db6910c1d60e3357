using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using Microsoft.ML.SimpleDiffusion.Training.Objectives;
using Microsoft.ML.SimpleDiffusion.Training.Optimizers;
using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>One optimizer step after the other: forward, loss, backward, clip, Adam or Muon, moving average.</summary>
internal sealed class Trainer : IDisposable
{
    /// <summary>Steps that a GPU is given before their losses are read.</summary>
    private const int StepsPerReading = 16;

    private readonly SimpleDiffusionOptions _options;
    private readonly ComputeTarget _target;
    private readonly TrainingState _state;
    private readonly IObjective _objective;
    private readonly IOptimizer _optimizer;
    private readonly StepLedger _ledger;
    private readonly GradientTree _tree;
    private readonly IReadOnlyList<FlatRange> _shares;
    private int _skippedInARow;

    /// <param name="options">Options with nothing left open.</param>
    /// <param name="target">Device and precision.</param>
    /// <param name="state">What the steps change. Owned by the caller.</param>
    /// <param name="objective">What the steps minimize.</param>
    /// <param name="staysOnDevice">Whether the host avoids to wait for the device; null: if the device is a GPU.</param>
    public Trainer(SimpleDiffusionOptions options, ComputeTarget target, TrainingState state, IObjective objective, bool? staysOnDevice = null)
    {
        bool isDeferred = staysOnDevice ?? target.IsCuda;
        _options = options;
        _target = target;
        _state = state;
        _objective = objective;
        _optimizer = IOptimizer.Create(options.Training.Optimizer, state, target.Precision, isDeferred);
        _ledger = new StepLedger(target, isDeferred ? StepsPerReading : 1);
        _tree = new GradientTree(state.Gradients.Values);
        _shares = state.Ranks.EvenShares(options.Training.GradientAccumulation);
    }

    /// <summary>Whether <see cref="TakeResults"/> must be called before the next step.</summary>
    public bool IsReadingDue => _ledger.IsFull;

    /// <summary>Does the optimizer step that <see cref="TrainingState.Step"/> says is next.</summary>
    /// <param name="batches">Delivers the step's batches.</param>
    public void Step(IBatchSource batches)
    {
        using var scope = NewDisposeScope();
        _state.Network.train();
        var losses = zeros(_options.Training.GradientAccumulation, dtype: ScalarType.Float64, device: _target.Device);
        var share = _shares[_state.Ranks.Index];
        for (long leaf = share.Start; leaf < share.End; leaf++)
        {
            using var batch = batches.Next(_state.Ranks.IsAlone ? _options.Training.CancellationToken : CancellationToken.None);
            AccumulateGradient(batch, losses[leaf]);
            _tree.Add(isLast: leaf == share.End - 1);
        }

        _state.Ranks.Gather(losses, _shares);
        _state.Ranks.SumShards(_state.Gradients.Values, _state.Shards);
        Tensor loss = losses.sum(), norm = GradientNorm.Of(_state);
        _optimizer.Apply(_state, AdamUpdate.At(_options.Training, _state.Step), loss, norm);
        _state.ShareWeights();
        _state.ClearGradientOfOthers();
        _ledger.Add(loss, norm);
        _state.Step++;
        _state.PowerAverages?.Add(_state.Weights, _state.Step);
    }

    /// <summary>What the steps since the last call have to tell, in order; counts those that were skipped.</summary>
    /// <exception cref="InvalidOperationException">Too many steps in a row were not finite.</exception>
    public IReadOnlyList<StepResult> TakeResults()
    {
        var taken = _ledger.Take();
        long before = _state.Step - taken.Length;
        var results = taken.Select((numbers, i) => new StepResult(
            before + i + 1, numbers.Loss, numbers.GradientNorm, LearningRateSchedule.At(_options.Training, before + i))).ToList();
        results.ForEach(Count);
        return results;
    }

    public void Dispose()
    {
        _ledger.Dispose();
        _tree.Dispose();
    }

    /// <summary>Adds the gradient of one batch to the state's, and its loss, which is already divided by the number of batches in a step.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="total">Float64 scalar on the device that the loss is added to.</param>
    public void AccumulateGradient(TrainingBatch batch, Tensor total)
    {
        using var loss = ForwardLoss(batch);
        loss.backward();
        _state.Network.ThrowIfBackwardFailed();
        using var guard = no_grad();
        using var value = loss.detach();
        total.add_(value);
    }

    private Tensor ForwardLoss(TrainingBatch batch)
    {
        using var mean = _objective.Loss(batch);
        return mean / _options.Training.GradientAccumulation;
    }

    private void Count(StepResult result)
    {
        if (!result.IsSkipped)
        {
            _skippedInARow = 0;
            return;
        }

        _state.SkippedSteps++;
        _skippedInARow++;
        if (_skippedInARow >= _options.Training.MaxSkippedStepsInARow)
        {
            throw Divergence.Error($"loss or gradient were not finite in {_skippedInARow} steps in a row up to step {result.StepsDone - 1}");
        }
    }
}
