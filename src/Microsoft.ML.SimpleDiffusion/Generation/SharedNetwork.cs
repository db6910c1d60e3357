using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Samplers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>The part of a <see cref="TrainedModel"/> that its owners share. The last owner's release frees the weights.</summary>
internal sealed class SharedNetwork
{
    private readonly Lock _lock = new();
    private readonly ComputeTarget _target;
    private readonly INoiseSchedule _schedule;
    private int _owners = 1;

    public SharedNetwork(ModelConfiguration configuration, ComputeTarget target)
    {
        var options = configuration.Options;
        Configuration = configuration;
        _target = target;
        _schedule = NoiseSchedules.Create(options.Diffusion, options.ImageHeight, options.ImageWidth);
        var specification = configuration.Condition.Specify(options);
        Network = DenoisingNetwork.Create(specification, _schedule.LogSnrMin, _schedule.LogSnrMax, target.Device);
        Network.eval();
        ParameterCount = Network.parameters().Sum(p => p.numel());
    }

    public ModelConfiguration Configuration { get; }

    public DenoisingNetwork Network { get; }

    public long ParameterCount { get; }

    public Device Device => _target.Device;

    public void AddOwner()
    {
        lock (_lock)
        {
            ThrowIfFreed();
            _owners++;
        }
    }

    public void Release()
    {
        lock (_lock)
        {
            _owners--;
            if (_owners == 0)
            {
                Network.Dispose();
            }
        }
    }

    /// <inheritdoc cref="IGenerativeModel.Generate"/>
    public byte[][] Generate(IReadOnlyList<GenerationRequest> requests, SamplingOptions sampling, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ThrowIfFreed();
            using var guard = no_grad();
            using var scope = NewDisposeScope();

            // One region around all evaluations, so that the weights are cast once.
            using var autocast = Autocast.Enter(_target.Precision, _target.Device.type);
            var size = ImageSize.Of(Configuration.Options);
            var batch = new GenerationBatch(requests, size, _schedule, _target.Device);
            var (start, constraint) = batch.Begin(sampling.Strength);
            var (conditional, guided) = CreateDenoisers(batch, sampling);
            var images = SamplingLoop.Run(
                sampling,
                Configuration.Options.Diffusion.Prediction,
                _schedule,
                conditional,
                guided,
                start,
                step => batch.Noise(step + 1),
                constraint,
                cancellationToken);
            return ToBytes(images).Zip(requests, (pixels, request) => request.IsPortrait ? QuarterTurn.Counterclockwise(pixels, size) : pixels).ToArray();
        }
    }

    /// <summary>The network's prediction, as it is trained: float32 [B, C, H, W].</summary>
    /// <param name="z">Noisy images [B, C, H, W].</param>
    /// <param name="logSnr">Their log-SNR [B].</param>
    /// <param name="conditions">What the images show.</param>
    public Tensor Predict(Tensor z, Tensor logSnr, ImageConditions conditions)
    {
        lock (_lock)
        {
            ThrowIfFreed();
            using var scope = NewDisposeScope();
            using var autocast = Autocast.Enter(_target.Precision, _target.Device.type);
            return Network.forward(z, logSnr, conditions).to(ScalarType.Float32).MoveToOuterDisposeScope();
        }
    }

    private void ThrowIfFreed() => ObjectDisposedException.ThrowIf(_owners == 0, typeof(SimpleDiffusionTransformer));

    /// <summary>Texts are encoded once for all evaluations.</summary>
    private (Denoiser Conditional, Denoiser? Guided) CreateDenoisers(GenerationBatch batch, SamplingOptions sampling)
    {
        if (sampling.GuidanceScale == 1)
        {
            return (CreateDenoiser(Network.Encode(batch.Conditions(Configuration))), null);
        }

        var both = Network.Encode(batch.GuidanceConditions(Configuration));
        return (CreateDenoiser(both.Map(tensor => tensor.narrow(0, 0, tensor.shape[0] / 2))), CreateGuidedDenoiser(both, sampling));
    }

    private Denoiser CreateDenoiser(ImageConditions conditions) => (z, logSnr) => Predict(z, logSnr, conditions);

    /// <summary>The conditional and the unconditional half run as one batch.</summary>
    private Denoiser CreateGuidedDenoiser(ImageConditions conditions, SamplingOptions sampling)
    {
        return (z, logSnr) =>
        {
            using var scope = NewDisposeScope();
            var halves = Predict(cat([z, z]), logSnr, conditions).chunk(2);
            var guided = Guidance.Combine(halves[0], halves[1], sampling.GuidanceScale);
            if (sampling.GuidanceRescale > 0)
            {
                guided = Guidance.Rescale(guided, halves[0], sampling.GuidanceRescale);
            }

            return guided.MoveToOuterDisposeScope();
        };
    }

    private Tensor Predict(Tensor z, double logSnr, ImageConditions conditions)
    {
        using var levels = full(z.shape[0], (float)logSnr, dtype: ScalarType.Float32, device: _target.Device);
        return Predict(z, levels, conditions);
    }

    /// <summary>From -1 .. 1 to 0 .. 255, rounded.</summary>
    private static byte[][] ToBytes(Tensor images)
    {
        using var scope = NewDisposeScope();
        var scaled = PixelTensors.ToBytes(images).cpu().contiguous();
        var all = scaled.bytes;
        var result = new byte[images.shape[0]][];
        int length = all.Length / result.Length;
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = all.Slice(i * length, length).ToArray();
        }

        return result;
    }
}
