using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Onnx.Export;
using Microsoft.ML.SimpleDiffusion.Onnx.Persistence;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Samplers;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Generation;

/// <summary>Generates with ONNX Runtime. No type of libtorch is touched. Calls from several threads run side by side.</summary>
internal sealed class OnnxGenerator : IDisposable
{
    private readonly InferenceSession _session;
    private readonly InferenceSession? _text;
    private readonly INoiseSchedule _schedule;

    /// <param name="files">The model, of which this becomes the owner.</param>
    /// <param name="options">Device.</param>
    /// <exception cref="InvalidOperationException">ONNX Runtime or the device is missing.</exception>
    public OnnxGenerator(ModelFiles files, OnnxGenerationOptions options)
    {
        Files = files;
        _schedule = NoiseSchedules.Create(files.Configuration.Options);
        try
        {
            _session = OnnxSessions.Open(files.Denoiser, files.ExternalData is null ? null : files.Folder, options);
            _text = files.TextEncoder is null ? null : OnnxSessions.Open(files.TextEncoder, null, options);
            files.ReleaseContents();

            // ONNX Runtime parses a model whole and copies its weights, mostly once more in another order. What it has freed glibc would keep.
            NativeHeap.Trim();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ModelFiles Files { get; }

    public ModelConfiguration Configuration => Files.Configuration;

    public long ParameterCount => Files.Plan.ParameterCount;

    /// <summary>Generates one image per request, in order.</summary>
    /// <param name="requests">What to generate.</param>
    /// <param name="sampling">How.</param>
    /// <param name="checkAlive">Throws if nobody waits for the images any more. Called before each evaluation of the network.</param>
    /// <returns>For each request its pixels, planar [C, H, W], in the <see cref="PixelFormat"/> of the options; of a portrait upright, hence [C, W, H].</returns>
    /// <exception cref="InvalidOperationException">ONNX Runtime failed, or its numbers are not finite.</exception>
    public byte[][] Generate(IReadOnlyList<GenerationRequest> requests, SamplingOptions sampling, Action checkAlive)
    {
        (sampling, float? guidanceScale) = GuidanceInput.Split(sampling, Configuration.Condition);
        var size = ImageSize.Of(Configuration.Options);
        var format = PixelFormat.Of(Configuration.Options);
        var batch = new ArrayGenerationBatch(requests, size, format, _schedule);
        double startTime = batch.StartTime(sampling.Strength);
        var (z, constraint) = batch.Begin(startTime);
        var conditions = batch.Conditions(Configuration, isGuided: sampling.GuidanceScale != 1) with
        {
            GuidanceScale = guidanceScale is float scale ? [.. Enumerable.Repeat(scale, requests.Count)] : null,
        };
        using var denoiser = new OnnxDenoiser(_session, size, requests.Count, conditions, conditions.Text is null ? null : Encode(conditions.Text), sampling);
        var images = new ArraySamplingBatch(z, Predict, (step, noise) => batch.FillNoise(step + 1, noise), new ArrayThresholding(sampling, size.Length), constraint);
        SamplingLoop.Run(SamplingPath.Create(sampling, Configuration.Options.Diffusion.Prediction, _schedule, startTime), images, CancellationToken.None);
        return [.. requests.Select((request, i) => request.Answer(ToRecord(images.Images.AsSpan(i * size.Length, size.Length), format), size, format))];

        ReadOnlySpan<float> Predict(ReadOnlySpan<float> noisy, double logSnr, bool isGuided)
        {
            checkAlive();
            return denoiser.Predict(noisy, logSnr, isGuided);
        }
    }

    public void Dispose()
    {
        _session?.Dispose();
        _text?.Dispose();
        Files.Dispose();
    }

    private static byte[] ToRecord(ReadOnlySpan<float> image, PixelFormat format)
    {
        foreach (float value in image)
        {
            if (!float.IsFinite(value))
            {
                throw new InvalidOperationException("The network's numbers are not finite. If the model was exported in half precision, export it in single precision.");
            }
        }

        return Pixels.FromNetwork(image, format);
    }

    /// <summary>Encodes texts, once for all evaluations.</summary>
    /// <returns>[B, T, W].</returns>
    private float[] Encode(TextArrays text)
    {
        using var tokens = text.Tokens is null
            ? OrtValue.CreateTensorValueFromMemory(text.Embeddings!, [text.Rows, text.Length, text.Embeddings!.Length / (text.Rows * text.Length)])
            : OrtValue.CreateTensorValueFromMemory(text.Tokens, [text.Rows, text.Length]);
        using var mask = OrtValue.CreateTensorValueFromMemory(text.Mask, [text.Rows, text.Length]);
        using var options = new RunOptions();
        try
        {
            using var results = _text!.Run(options, [text.Tokens is null ? Signature.Embeddings : Signature.Tokens, Signature.TextMask], [tokens, mask], [Signature.Text]);
            return results[0].GetTensorDataAsSpan<float>().ToArray();
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidOperationException($"ONNX Runtime failed on {text.Rows} texts of up to {text.Length} tokens: {e.Message}", e);
        }
    }
}
