using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Objectives;

/// <summary>The objective of the paper: to predict what noise has been added to images ('diffusion_loss' of appendix A).</summary>
/// <param name="model">The model that is trained. Owned by the caller.</param>
/// <param name="options">Options with nothing left open.</param>
internal sealed class DenoisingObjective(DenoisingModel model, SimpleDiffusionOptions options) : IObjective
{
    private readonly BatchDraws _draws = new(options, model.Target);

    /// <inheritdoc/>
    public double EvaluationsBeside => 0;

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch)
    {
        // Closed before the backward pass, so that only what autograd needs is kept.
        using var scope = NewDisposeScope();
        var target = model.Target;
        var x = batch.ImagesOn(target);
        var noise = _draws.Noise(batch);
        var conditions = batch.Conditions.Map(target.Upload);
        var levels = batch.Levels.Map(target.Upload);
        _draws.SeedDropout(batch);
        var losses = model.Loss(x, noise, levels, conditions);
        var mean = options.Diffusion.LearnedUncertainty ? UncertaintyWeight.Mean(losses, model.Network.LogUncertainty(levels.LogSnr)) : losses.mean();
        return mean.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Losses(Tensor x, Tensor noise, double[] times, ImageConditions conditions)
    {
        using var scope = NewDisposeScope();
        var levels = NoiseLevels.Create(options.Diffusion, model.Schedule, times).Map(tensor => tensor.to(model.Target.Device));
        return model.Loss(x, noise, levels, conditions).MoveToOuterDisposeScope();
    }
}
