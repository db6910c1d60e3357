using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Randomness;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Objectives;

/// <summary>The objective of the paper: to predict what noise has been added to images ('diffusion_loss' of appendix A).</summary>
/// <param name="model">The model that is trained. Owned by the caller.</param>
/// <param name="options">Options with nothing left open.</param>
internal sealed class DenoisingObjective(DenoisingModel model, SimpleDiffusionOptions options) : IObjective
{
    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch)
    {
        // Closed before the backward pass, so that only what autograd needs is kept.
        using var scope = NewDisposeScope();
        var target = model.Target;
        var x = batch.ImagesOn(target);
        var noise = batch.Noise is null ? DrawNoise(batch) : target.Upload(batch.Noise);
        var conditions = batch.Conditions.Map(target.Upload);
        var levels = batch.Levels.Map(target.Upload);
        SeedDropout(batch);
        return model.Loss(x, noise, levels, conditions).mean().MoveToOuterDisposeScope();
    }

    /// <summary>Noise from libtorch's own generator, which starts each batch from a seed of its own.</summary>
    private Tensor DrawNoise(TrainingBatch batch)
    {
        SeedGenerator(RandomPurpose.DeviceNoise, batch);
        return randn(batch.Pixels.shape, dtype: ScalarType.Float32, device: model.Target.Device);
    }

    private void SeedDropout(TrainingBatch batch)
    {
        if (options.Network.Dropout > 0)
        {
            SeedGenerator(RandomPurpose.NetworkDropout, batch);
        }
    }

    private void SeedGenerator(RandomPurpose purpose, TrainingBatch batch)
        => manual_seed((long)(StatelessRandom.Bits((uint)options.Seed!.Value, purpose, (ulong)batch.Step, (ulong)batch.MicroStep) >> 1));
}
