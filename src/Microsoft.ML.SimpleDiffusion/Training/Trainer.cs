using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Randomness;
using Microsoft.ML.SimpleDiffusion.Schedules;
using Microsoft.ML.SimpleDiffusion.Training.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>One optimizer step after the other: forward, loss, backward, clip, Adam, moving average.</summary>
/// <param name="options">Options with nothing left open.</param>
/// <param name="schedule">The noise schedule.</param>
/// <param name="target">Device and precision.</param>
/// <param name="state">What the steps change. Owned by the caller.</param>
internal sealed class Trainer(SimpleDiffusionOptions options, INoiseSchedule schedule, ComputeTarget target, TrainingState state)
{
    private int _skippedInARow;

    /// <summary>Does the optimizer step that <see cref="TrainingState.Step"/> says is next.</summary>
    /// <param name="batches">Delivers the step's batches.</param>
    /// <exception cref="InvalidOperationException">Too many steps in a row were not finite.</exception>
    public StepResult Step(IBatchSource batches)
    {
        var training = options.Training;
        state.Network.train();
        double loss = 0;
        for (int micro = 0; micro < training.GradientAccumulation; micro++)
        {
            using var batch = batches.Next(training.CancellationToken);
            SeedDropout(micro);
            loss += AccumulateGradient(batch);
        }

        double norm = AdamOptimizer.GradientNorm(state);
        double learningRate = LearningRateSchedule.At(training, state.Step);
        bool isFinite = double.IsFinite(norm) && double.IsFinite(loss);
        if (isFinite)
        {
            AdamOptimizer.Apply(state, AdamUpdate.At(training, state.Step, norm));
            _skippedInARow = 0;
        }
        else
        {
            Skip();
        }

        state.Step++;
        return new StepResult(loss, norm, learningRate, !isFinite);
    }

    /// <summary>Adds the gradient of one batch. Returns the loss, already divided by the number of batches in a step.</summary>
    private double AccumulateGradient(TrainingBatch batch)
    {
        using var loss = ForwardLoss(batch);
        loss.backward();
        return loss.item<float>();
    }

    /// <summary>The scope is closed before the backward pass, so that only what autograd needs is kept.</summary>
    private Tensor ForwardLoss(TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        var x = target.Upload(batch.Images);
        var noise = target.Upload(batch.Noise);
        var conditions = batch.Conditions.Map(target.Upload);
        var logSnr = tensor(Array.ConvertAll(batch.Times, t => (float)schedule.LogSnr(t)), device: target.Device);
        var z = ForwardProcess.Diffuse(x, noise, logSnr);
        var prediction = Predict(z, logSnr, conditions);
        var perExample = DiffusionLoss.PerExample(options.Diffusion, options.Diffusion.Loss, prediction, x, noise, logSnr);
        return (perExample.mean() / options.Training.GradientAccumulation).MoveToOuterDisposeScope();
    }

    private Tensor Predict(Tensor z, Tensor logSnr, ImageConditions conditions)
    {
        using var autocast = Autocast.Enter(target.Precision, target.Device.type);
        return state.Network.forward(z, logSnr, conditions).to(ScalarType.Float32);
    }

    /// <summary>Dropout masks come from libtorch's own generator: the only randomness that is not ours.</summary>
    private void SeedDropout(int microStep)
    {
        if (options.Network.Dropout > 0)
        {
            manual_seed((long)(StatelessRandom.Bits((uint)options.Seed!.Value, RandomPurpose.NetworkDropout, (ulong)state.Step, (ulong)microStep) >> 1));
        }
    }

    private void Skip()
    {
        AdamOptimizer.ClearGradient(state);
        state.SkippedSteps++;
        _skippedInARow++;
        if (_skippedInARow >= options.Training.MaxSkippedStepsInARow)
        {
            throw Divergence.Error($"loss or gradient were not finite in {_skippedInARow} steps in a row up to step {state.Step}");
        }
    }
}
