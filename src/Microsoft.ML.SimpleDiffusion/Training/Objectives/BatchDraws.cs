using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Randomness;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Objectives;

/// <summary>What libtorch draws for a batch, from a seed of the batch's own.</summary>
/// <param name="options">Options with nothing left open.</param>
/// <param name="target">The device.</param>
internal sealed class BatchDraws(SimpleDiffusionOptions options, ComputeTarget target)
{
    /// <summary>The batch's noise on the device [B, C, H, W], of half the height and width where its images are: what it brings, or else from libtorch's own generator.</summary>
    public Tensor Noise(TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        var noise = FullNoise(batch);
        return (batch.IsHalfResolution ? HalfResolution.OfNoise(noise) : noise).MoveToOuterDisposeScope();
    }

    /// <summary>Begins the dropout of the next forward pass.</summary>
    public void SeedDropout(TrainingBatch batch)
    {
        if (options.Network.Dropout > 0)
        {
            SeedGenerator(RandomPurpose.NetworkDropout, batch);
        }
    }

    private Tensor FullNoise(TrainingBatch batch)
    {
        if (batch.Noise is not null)
        {
            return target.Upload(batch.Noise);
        }

        SeedGenerator(RandomPurpose.DeviceNoise, batch);
        return randn(batch.Pixels.shape, dtype: ScalarType.Float32, device: target.Device);
    }

    private void SeedGenerator(RandomPurpose purpose, TrainingBatch batch)
        => manual_seed((long)(StatelessRandom.Bits((uint)options.Seed!.Value, purpose, (ulong)batch.Step, (ulong)batch.MicroStep) >> 1));
}
