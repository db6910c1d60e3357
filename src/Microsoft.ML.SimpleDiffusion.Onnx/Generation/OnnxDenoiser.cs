using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Generation;

/// <summary>The network for some requests, with guidance (Ho and Salimans 2022), for which the conditional and the other half run as one batch.</summary>
/// <param name="session">The network.</param>
/// <param name="size">Size of an image.</param>
/// <param name="count">Images.</param>
/// <param name="conditions">What they show; with guidance, then what it leads away from.</param>
/// <param name="text">The encoded text of these, or null.</param>
/// <param name="sampling">Guidance.</param>
internal sealed class OnnxDenoiser(InferenceSession session, ImageSize size, int count, ConditionArrays conditions, float[]? text, SamplingOptions sampling) : IDisposable
{
    private NetworkRun? _plain;
    private NetworkRun? _guided;

    /// <inheritdoc cref="ArrayDenoiser"/>
    public ReadOnlySpan<float> Predict(ReadOnlySpan<float> z, double logSnr, bool isGuided)
    {
        if (!isGuided)
        {
            _plain ??= Create(count);
            z.CopyTo(_plain.Z);
            _plain.Evaluate(logSnr);
            return _plain.Prediction;
        }

        _guided ??= Create(2 * count);
        z.CopyTo(_guided.Z);
        z.CopyTo(_guided.Z.AsSpan(z.Length));
        _guided.Evaluate(logSnr);
        return Guide(_guided.Prediction.AsSpan(0, z.Length), _guided.Prediction.AsSpan(z.Length));
    }

    public void Dispose()
    {
        _plain?.Dispose();
        _guided?.Dispose();
    }

    private NetworkRun Create(int batch) => new(session, batch, [size.Channels, size.Height, size.Width], conditions, text);

    /// <summary>scale · conditional + (1 - scale) · other, in the place of the other, scaled back to the deviation of the conditional as far as is wanted.</summary>
    private ReadOnlySpan<float> Guide(ReadOnlySpan<float> conditional, Span<float> other)
    {
        var guided = other;
        var scaled = new float[conditional.Length];
        Pixels.Scale(conditional, sampling.GuidanceScale, scaled);
        TensorPrimitives.FusedMultiplyAdd(other, 1 - sampling.GuidanceScale, scaled, guided);
        for (int i = 0; sampling.GuidanceRescale > 0 && i < guided.Length; i += size.Length)
        {
            var image = guided.Slice(i, size.Length);
            double ratio = Pixels.Deviation(conditional.Slice(i, size.Length)) / Pixels.Deviation(image);
            Pixels.Scale(image, (ratio * sampling.GuidanceRescale) + (1 - sampling.GuidanceRescale), image);
        }

        return guided;
    }
}
