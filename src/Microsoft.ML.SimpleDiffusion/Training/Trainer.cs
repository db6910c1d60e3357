using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Randomness;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using Microsoft.ML.SimpleDiffusion.Training.Optimizers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>One optimizer step after the other: forward, loss, backward, clip, Adam, moving average.</summary>
internal sealed class Trainer : IDisposable
{
    /// <summary>Steps that a GPU is given before their losses are read.</summary>
    private const int StepsPerReading = 16;

    private readonly SimpleDiffusionOptions _options;
    private readonly ComputeTarget _target;
    private readonly TrainingState _state;
    private readonly IOptimizer _optimizer;
    private readonly StepLedger _ledger;
    private int _skippedInARow;

    /// <param name="options">Options with nothing left open.</param>
    /// <param name="target">Device and precision.</param>
    /// <param name="state">What the steps change. Owned by the caller.</param>
    /// <param name="staysOnDevice">Whether the host avoids to wait for the device; null: if the device is a GPU.</param>
    public Trainer(SimpleDiffusionOptions options, ComputeTarget target, TrainingState state, bool? staysOnDevice = null)
    {
        bool isDeferred = staysOnDevice ?? target.IsCuda;
        _options = options;
        _target = target;
        _state = state;
        _optimizer = isDeferred ? new FusedAdam() : new SimdAdam();
        _ledger = new StepLedger(target, isDeferred ? StepsPerReading : 1);
    }

    /// <summary>Whether <see cref="TakeResults"/> must be called before the next step.</summary>
    public bool IsReadingDue => _ledger.IsFull;

    /// <summary>Does the optimizer step that <see cref="TrainingState.Step"/> says is next.</summary>
    /// <param name="batches">Delivers the step's batches.</param>
    public void Step(IBatchSource batches)
    {
        using var scope = NewDisposeScope();
        _state.Network.train();
        var loss = zeros([], dtype: ScalarType.Float64, device: _target.Device);
        for (int micro = 0; micro < _options.Training.GradientAccumulation; micro++)
        {
            using var batch = batches.Next(_options.Training.CancellationToken);
            AccumulateGradient(batch, micro, loss);
        }

        var norm = _state.Gradients.Values.norm();
        _optimizer.Apply(_state, AdamUpdate.At(_options.Training, _state.Step), loss, norm);
        _ledger.Add(loss, norm);
        _state.Step++;
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

    public void Dispose() => _ledger.Dispose();

    /// <summary>Adds the gradient of one batch to the state's, and its loss, which is already divided by the number of batches in a step.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="microStep">Its place in the step.</param>
    /// <param name="total">Float64 scalar on the device that the loss is added to.</param>
    public void AccumulateGradient(TrainingBatch batch, int microStep, Tensor total)
    {
        using var loss = ForwardLoss(batch, microStep);
        loss.backward();
        _state.Network.ThrowIfBackwardFailed();
        using var guard = no_grad();
        using var value = loss.detach();
        total.add_(value);
    }

    /// <summary>The scope is closed before the backward pass, so that only what autograd needs is kept.</summary>
    private Tensor ForwardLoss(TrainingBatch batch, int microStep)
    {
        using var scope = NewDisposeScope();
        var x = batch.ImagesOn(_target);
        var noise = batch.Noise is null ? DrawNoise(batch.Pixels.shape, microStep) : _target.Upload(batch.Noise);
        var conditions = batch.Conditions.Map(_target.Upload);
        var logSnr = _target.Upload(batch.LogSnr);
        SeedDropout(microStep);
        var z = ForwardProcess.Diffuse(x, noise, logSnr);
        var prediction = Predict(z, logSnr, conditions);
        var perExample = DiffusionLoss.PerExample(_options.Diffusion, _options.Diffusion.Loss, prediction, x, noise, logSnr);
        return (perExample.mean() / _options.Training.GradientAccumulation).MoveToOuterDisposeScope();
    }

    private Tensor Predict(Tensor z, Tensor logSnr, ImageConditions conditions)
    {
        using var autocast = Autocast.Enter(_target.Precision, _target.Device.type);
        return _state.Network.forward(z, logSnr, conditions).to(ScalarType.Float32);
    }

    /// <summary>Noise from libtorch's own generator, which starts each batch from a seed of its own.</summary>
    private Tensor DrawNoise(long[] shape, int microStep)
    {
        SeedGenerator(RandomPurpose.DeviceNoise, microStep);
        return randn(shape, dtype: ScalarType.Float32, device: _target.Device);
    }

    private void SeedDropout(int microStep)
    {
        if (_options.Network.Dropout > 0)
        {
            SeedGenerator(RandomPurpose.NetworkDropout, microStep);
        }
    }

    private void SeedGenerator(RandomPurpose purpose, int microStep)
        => manual_seed((long)(StatelessRandom.Bits((uint)_options.Seed!.Value, purpose, (ulong)_state.Step, (ulong)microStep) >> 1));

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
