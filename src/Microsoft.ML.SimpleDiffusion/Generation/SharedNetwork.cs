using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Conditioning;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Randomness;
using Microsoft.ML.SimpleDiffusion.Samplers;
using Microsoft.ML.SimpleDiffusion.Schedules;
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
        var specification = NetworkSpecification.Create(options, configuration.Condition.ClassCount);
        Network = DenoisingNetwork.Create(specification, _schedule.LogSnrMin, _schedule.LogSnrMax, target.Device);
        Network.eval();
        ParameterCount = Network.parameters().Sum(p => p.numel());
    }

    public ModelConfiguration Configuration { get; }

    public DenoisingNetwork Network { get; }

    public long ParameterCount { get; }

    public void AddOwner()
    {
        lock (_lock)
        {
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
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            var seeds = requests.Select(request => request.Seed).ToArray();
            var images = SamplingLoop.Run(
                sampling,
                Configuration.Options.Diffusion.Prediction,
                _schedule,
                CreateDenoiser(requests),
                sampling.GuidanceScale == 1 ? null : CreateGuidedDenoiser(requests, sampling),
                Noise(seeds, step: 0),
                step => Noise(seeds, step + 1),
                onStep: null,
                cancellationToken);
            return ToBytes(images);
        }
    }

    /// <inheritdoc cref="IGenerativeModel.Denoise"/>
    public Tensor Denoise(Tensor z, IReadOnlyList<int> classes, double logSnr)
    {
        lock (_lock)
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            var noisy = z.to(_target.Device);
            var prediction = Predict(noisy, logSnr, Classes(classes.Select(index => (long)index)));
            return Parametrization.ToX(Configuration.Options.Diffusion.Prediction, prediction, noisy, logSnr).cpu().MoveToOuterDisposeScope();
        }
    }

    private Denoiser CreateDenoiser(IReadOnlyList<GenerationRequest> requests)
    {
        var classes = Classes(requests.Select(request => (long)request.ClassIndex));
        return (z, logSnr) => Predict(z, logSnr, classes);
    }

    /// <summary>The conditional and the unconditional half run as one batch.</summary>
    private Denoiser CreateGuidedDenoiser(IReadOnlyList<GenerationRequest> requests, SamplingOptions sampling)
    {
        long none = Configuration.Condition.ClassCount;
        var classes = Classes(requests.Select(request => (long)request.ClassIndex).Concat(requests.Select(_ => none)));
        return (z, logSnr) =>
        {
            using var scope = NewDisposeScope();
            var halves = Predict(cat([z, z]), logSnr, classes).chunk(2);
            var guided = Guidance.Combine(halves[0], halves[1], sampling.GuidanceScale);
            if (sampling.GuidanceRescale > 0)
            {
                guided = Guidance.Rescale(guided, halves[0], sampling.GuidanceRescale);
            }

            return guided.MoveToOuterDisposeScope();
        };
    }

    private Tensor Predict(Tensor z, double logSnr, Tensor? classes)
    {
        using var scope = NewDisposeScope();
        using var autocast = Autocast.Enter(_target.Precision, _target.Device.type);
        var levels = full(z.shape[0], (float)logSnr, dtype: ScalarType.Float32, device: _target.Device);
        return Network.forward(z, levels, classes).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private Tensor? Classes(IEnumerable<long> classes)
        => Configuration.Condition.Kind == ConditionKind.None ? null : tensor(classes.ToArray(), device: _target.Device);

    /// <summary>Noise of one step [B, C, H, W]: each image's from its own seed, whatever the batch.</summary>
    private Tensor Noise(ulong[] seeds, int step)
    {
        var options = Configuration.Options;
        int length = options.Channels * options.ImageHeight * options.ImageWidth;
        using var scope = NewDisposeScope();
        var noise = empty([seeds.Length, options.Channels, options.ImageHeight, options.ImageWidth], dtype: ScalarType.Float32);
        for (int i = 0; i < seeds.Length; i++)
        {
            using var row = noise[i];
            StatelessRandom.FillNormal(MemoryMarshal.Cast<byte, float>(row.bytes)[..length], seeds[i], RandomPurpose.SamplingNoise, (ulong)step, 0);
        }

        return _target.Upload(noise).MoveToOuterDisposeScope();
    }

    /// <summary>From -1 .. 1 to 0 .. 255, rounded.</summary>
    private static byte[][] ToBytes(Tensor images)
    {
        using var scope = NewDisposeScope();
        var scaled = ((images + 1) * 127.5f).round().clamp(0, 255).to(ScalarType.Byte).cpu().contiguous();
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
