using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Samplers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Model;

/// <summary>
/// A denoising model: a network, the noise schedule that it has been trained under, what it predicts, and where and how precisely it computes. Tensors go to
/// the current dispose scope.
/// </summary>
internal sealed class DenoisingModel : IDisposable
{
    private readonly DiffusionOptions _options;
    private readonly bool _ownsNetwork;

    /// <summary>A model with untrained weights.</summary>
    /// <param name="options">Options with nothing left open.</param>
    /// <param name="condition">What the model knows.</param>
    /// <param name="target">Where it computes.</param>
    public DenoisingModel(SimpleDiffusionOptions options, ConditionDescription condition, ComputeTarget target)
    {
        _options = options.Diffusion;
        _ownsNetwork = true;
        Target = target;
        Schedule = NoiseSchedules.Create(options);
        Network = DenoisingNetwork.Create(condition.Specify(options), Schedule.LogSnrMin, Schedule.LogSnrMax, target.Device);
    }

    /// <summary>A model with the network of another, whose owner keeps it.</summary>
    private DenoisingModel(DenoisingModel lender) => (_options, Target, Schedule, Network) = (lender._options, lender.Target, lender.Schedule, lender.Network);

    /// <summary>The network with its weights.</summary>
    public DenoisingNetwork Network { get; }

    /// <summary>The noise schedule.</summary>
    public INoiseSchedule Schedule { get; }

    /// <summary>Where it computes.</summary>
    public ComputeTarget Target { get; }

    /// <summary>What it predicts.</summary>
    public PredictionType Prediction => _options.Prediction;

    /// <summary>The same model for someone who does not own it: disposing of what is returned leaves the network alone.</summary>
    public DenoisingModel Lend() => new(this);

    /// <summary>The network's prediction, float32 [B, C, H, W].</summary>
    /// <param name="z">Noisy images [B, C, H, W].</param>
    /// <param name="logSnr">Their log-SNR [B].</param>
    /// <param name="conditions">What the images show.</param>
    public Tensor Predict(Tensor z, Tensor logSnr, ImageConditions conditions)
    {
        using var scope = NewDisposeScope();
        using var autocast = Autocast.Enter(Target.Precision, Target.Device.type);
        return Network.forward(z, logSnr, conditions).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>The prediction for images at one noise level.</summary>
    /// <inheritdoc cref="Predict(Tensor, Tensor, ImageConditions)"/>
    public Tensor Predict(Tensor z, double logSnr, ImageConditions conditions)
    {
        using var levels = full(z.shape[0], (float)logSnr, dtype: ScalarType.Float32, device: Target.Device);
        return Predict(z, levels, conditions);
    }

    /// <summary>The clean images that are predicted of images at one noise level [B, C, H, W].</summary>
    /// <inheritdoc cref="Predict(Tensor, Tensor, ImageConditions)"/>
    public Tensor PredictX(Tensor z, double logSnr, ImageConditions conditions)
    {
        using var scope = NewDisposeScope();
        return Parametrization.ToX(Prediction, logSnr).Apply(z, Predict(z, logSnr, conditions)).MoveToOuterDisposeScope();
    }

    /// <summary>What the network gets wrong of diffused images, in terms of what it predicts [B, C, H, W].</summary>
    /// <param name="x">Images [B, C, H, W].</param>
    /// <param name="noise">Noise [B, C, H, W].</param>
    /// <param name="logSnr">Log-SNR of each image [B].</param>
    /// <param name="conditions">What the images show.</param>
    public Tensor Residual(Tensor x, Tensor noise, Tensor logSnr, ImageConditions conditions)
    {
        using var scope = NewDisposeScope();
        var prediction = Predict(ForwardProcess.Diffuse(x, noise, logSnr), logSnr, conditions);
        return (prediction - ForwardProcess.Target(Prediction, x, noise, logSnr)).MoveToOuterDisposeScope();
    }

    /// <summary>The training loss of each image [B]: 'diffusion_loss' of appendix A.</summary>
    /// <param name="x">Images [B, C, H, W].</param>
    /// <param name="noise">Noise [B, C, H, W].</param>
    /// <param name="levels">Their noise levels.</param>
    /// <param name="conditions">What the images show.</param>
    public Tensor Loss(Tensor x, Tensor noise, NoiseLevels levels, ImageConditions conditions)
    {
        using var scope = NewDisposeScope();
        return Loss(Residual(x, noise, levels.LogSnr, conditions), levels).MoveToOuterDisposeScope();
    }

    /// <summary>The loss of each image [B] that has been got wrong by a residual [B, C, H, W].</summary>
    internal Tensor Loss(Tensor residual, NoiseLevels levels)
    {
        using var scope = NewDisposeScope();
        var error = _options.MultiscaleBaseResolution is int lowest ? SquaredError.Multiscale(residual, lowest) : SquaredError.Mean(residual);
        return (error * levels.LossWeight).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        if (_ownsNetwork)
        {
            Network.Dispose();
        }
    }
}
