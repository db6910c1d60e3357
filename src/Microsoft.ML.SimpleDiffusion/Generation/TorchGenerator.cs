using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Samplers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>Generates with libtorch.</summary>
/// <param name="model">The model, of which this becomes the owner.</param>
internal sealed class TorchGenerator(TrainedModel model) : IGenerativeModel
{
    /// <inheritdoc/>
    public ModelConfiguration Configuration => model.Configuration;

    /// <inheritdoc/>
    public long ParameterCount => model.ParameterCount;

    /// <summary>The model; the generator's.</summary>
    public TrainedModel Model => model;

    /// <inheritdoc/>
    public IGenerativeModel Share() => new TorchGenerator(model.Share());

    /// <inheritdoc/>
    public IGenerativeModel CopyTo(ComputeOptions compute, Action<string> warn) => new TorchGenerator(model.CopyTo(compute, warn));

    /// <inheritdoc/>
    public byte[][] Generate(IReadOnlyList<GenerationRequest> requests, SamplingOptions sampling, CancellationToken cancellationToken)
        => GenerationMeter.Measure(requests.Count, sampling, () => model.Use(denoising => Generate(denoising, Configuration, requests, sampling, cancellationToken)));

    /// <summary>Generates one image per request, in order.</summary>
    /// <param name="model">The model.</param>
    /// <param name="configuration">What it knows.</param>
    /// <param name="requests">What to generate.</param>
    /// <param name="sampling">How.</param>
    /// <param name="cancellationToken">Checked before each evaluation of the network.</param>
    /// <returns>As <see cref="IGenerativeModel.Generate"/> does.</returns>
    /// <exception cref="InvalidOperationException">There is not enough memory.</exception>
    public static byte[][] Generate(
        DenoisingModel model, ModelConfiguration configuration, IReadOnlyList<GenerationRequest> requests, SamplingOptions sampling, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Sample(model, configuration, requests, sampling, cancellationToken);
        }
        catch (Exception e) when (OutOfMemory.IsCauseOf(e))
        {
            throw OutOfMemory.ExplainGeneration(e, requests.Count, configuration.Options);
        }
    }

    /// <inheritdoc/>
    public string WriteWeights(Stream stream, IReadOnlyDictionary<string, string>? metadata = null, WeightPrecision precision = WeightPrecision.Float32)
        => model.WriteWeights(stream, metadata, precision);

    public void Dispose() => model.Dispose();

    private static byte[][] Sample(
        DenoisingModel model, ModelConfiguration configuration, IReadOnlyList<GenerationRequest> requests, SamplingOptions sampling, CancellationToken cancellationToken)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        (sampling, float? guidanceScale) = GuidanceInput.Split(sampling, configuration.Condition);

        // One region around all evaluations, so that the weights are cast once.
        using var autocast = Autocast.Enter(model.Target.Precision, model.Target.Device.type);
        var size = ImageSize.Of(configuration.Options);
        var format = PixelFormat.Of(configuration.Options);
        var batch = new GenerationBatch(requests, size, format, model.Schedule, model.Target.Device);
        double startTime = batch.StartTime(sampling.Strength);
        var (z, constraint) = batch.Begin(startTime);
        using var images = new TensorSamplingBatch(
            z, CreateDenoiser(model, configuration, batch, sampling, guidanceScale), step => batch.Noise(step + 1), Thresholding.Of(sampling), constraint);
        SamplingLoop.Run(SamplingPath.Create(sampling, model.Prediction, model.Schedule, startTime), images, cancellationToken);
        return [.. ToRecords(images.Images, format).Zip(requests, (record, request) => request.Answer(record, size, format))];
    }

    /// <summary>Texts are encoded once for all evaluations. With guidance the conditional and the unconditional half run as one batch.</summary>
    private static Denoiser CreateDenoiser(DenoisingModel model, ModelConfiguration configuration, GenerationBatch batch, SamplingOptions sampling, float? guidanceScale)
    {
        if (sampling.GuidanceScale == 1)
        {
            var conditions = model.Network.Encode(batch.Conditions(configuration, guidanceScale));
            return (z, logSnr, _) => model.Predict(z, logSnr, conditions);
        }

        var both = model.Network.Encode(batch.GuidanceConditions(configuration));
        var conditional = both.Map(tensor => tensor.narrow(0, 0, tensor.shape[0] / 2));
        return (z, logSnr, isGuided) => isGuided ? Guided(z, logSnr) : model.Predict(z, logSnr, conditional);

        Tensor Guided(Tensor z, double logSnr)
        {
            using var scope = NewDisposeScope();
            var halves = model.Predict(cat([z, z]), logSnr, both).chunk(2);
            return Guidance.Apply(halves[0], halves[1], sampling).MoveToOuterDisposeScope();
        }
    }

    /// <summary>From -1 .. 1 to images as the model holds them.</summary>
    private static byte[][] ToRecords(Tensor images, PixelFormat format)
    {
        using var scope = NewDisposeScope();
        var scaled = PixelTensors.FromNetwork(images, format).cpu().contiguous();
        var result = new byte[images.shape[0]][];
        for (int i = 0; i < result.Length; i++)
        {
            // Image by image, because a span over a whole large batch could be too long.
            using var row = scaled[i];
            result[i] = row.bytes.ToArray();
        }

        return result;
    }
}
