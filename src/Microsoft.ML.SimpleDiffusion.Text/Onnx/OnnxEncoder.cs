using System.Numerics;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.SimpleDiffusion.Text.Onnx;

/// <summary>A text encoder in ONNX Runtime. Not for use from several threads at once.</summary>
internal sealed class OnnxEncoder : IDisposable
{
    private readonly InferenceSession _session;
    private readonly EncoderSignature _signature;
    private readonly string _name;
    private readonly RunOptions _runOptions = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    private OnnxEncoder(InferenceSession session, EncoderSignature signature, string name) => (_session, _signature, _name) = (session, signature, name);

    /// <summary>Numbers per token.</summary>
    public int Width { get; private set; }

    /// <summary>Loads a T5 encoder and tries it.</summary>
    /// <param name="path">The ONNX file; external data lies beside it.</param>
    /// <param name="options">Device and threads.</param>
    /// <param name="endOfSentence">A token that each caption has.</param>
    /// <param name="largestId">The largest id that captions can have.</param>
    /// <exception cref="FormatException">The file is not an ONNX file, or is damaged.</exception>
    /// <exception cref="InvalidOperationException">
    /// ONNX Runtime or the device is missing; the model is not a text encoder; or its vocabulary is smaller than the tokenizer's.
    /// </exception>
    public static OnnxEncoder Open(string path, T5EncoderOptions options, int endOfSentence, int largestId)
        => Open(OnnxSessions.Open(path, options), "T5", takesTypes: false, endOfSentence, largestId);

    /// <summary>Tries a model that is loaded.</summary>
    /// <param name="session">This becomes its owner, also if it fails.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="takesTypes">Whether it has an input that tells a pair's sentences apart; captions have one sentence.</param>
    /// <param name="endOfSentence">A token that each caption has.</param>
    /// <param name="largestId">The largest id that captions can have.</param>
    /// <exception cref="InvalidOperationException">The model is not a text encoder; or its vocabulary is smaller than the tokenizer's.</exception>
    public static OnnxEncoder Open(InferenceSession session, string name, bool takesTypes, int endOfSentence, int largestId)
    {
        OnnxEncoder? encoder = null;
        try
        {
            encoder = new OnnxEncoder(session, EncoderSignature.Of(session.InputMetadata, session.OutputMetadata, takesTypes), name);
            encoder.Probe(endOfSentence, largestId);
            return encoder;
        }
        catch
        {
            ((IDisposable?)encoder ?? session).Dispose();
            throw;
        }
    }

    /// <summary>Embeddings of captions.</summary>
    /// <param name="captions">Token ids, at least one of each caption.</param>
    /// <returns>For each caption [tokens, width], without padding.</returns>
    /// <exception cref="InvalidOperationException">The encoder failed, or gave numbers that are not finite.</exception>
    public float[][] Encode(IReadOnlyList<int[]> captions)
    {
        int length = captions.Max(ids => ids.Length);
        using var results = Run(captions, length);
        var shape = results[0].GetTensorTypeAndShape().Shape;
        if (shape.Length != 3 || shape[0] != captions.Count || shape[1] != length || (Width != 0 && shape[2] != Width) || shape[2] < 1)
        {
            throw new InvalidOperationException(
                $"The ONNX model answered {captions.Count} sequences of {length} tokens with the shape [{string.Join(", ", shape)}]: "
                + "expected [batch, sequence, width].");
        }

        return Split(results[0], captions, length, checked((int)shape[2]));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    private IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyList<int[]> captions, int length)
    {
        using var ids = ToTensor(captions, length, id => id);
        using var mask = ToTensor(captions, length, _ => 1);
        using var types = _signature.TakesTypes ? ToTensor(captions, length, _ => 0) : null;
        try
        {
            return _session.Run(_runOptions, _signature.Inputs, types is null ? [ids, mask] : [ids, mask, types], [_signature.Output]);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidOperationException($"The {_name} encoder failed on {captions.Count} captions of up to {length} tokens: {e.Message}", e);
        }
    }

    private OrtValue ToTensor(IReadOnlyList<int[]> captions, int length, Func<int, int> valueOf)
        => _signature.IdsAreInt32 ? ToTensor<int>(captions, length, valueOf) : ToTensor<long>(captions, length, valueOf);

    /// <summary>[captions, length], with zeros behind the captions.</summary>
    private static OrtValue ToTensor<T>(IReadOnlyList<int[]> captions, int length, Func<int, int> valueOf)
        where T : unmanaged, INumberBase<T>
    {
        var values = new T[captions.Count * length];
        for (int row = 0; row < captions.Count; row++)
        {
            for (int i = 0; i < captions[row].Length; i++)
            {
                values[(row * length) + i] = T.CreateChecked(valueOf(captions[row][i]));
            }
        }

        return OrtValue.CreateTensorValueFromMemory(values, [captions.Count, length]);
    }

    private float[][] Split(OrtValue output, IReadOnlyList<int[]> captions, int length, int width)
    {
        var embeddings = new float[captions.Count][];
        for (int row = 0; row < embeddings.Length; row++)
        {
            int start = row * length * width;
            int count = captions[row].Length * width;
            embeddings[row] = _signature.OutputIsFloat16
                ? Array.ConvertAll(output.GetTensorDataAsSpan<Float16>().Slice(start, count).ToArray(), value => (float)value)
                : output.GetTensorDataAsSpan<float>().Slice(start, count).ToArray();
            if (Array.Exists(embeddings[row], value => !float.IsFinite(value)))
            {
                throw new InvalidOperationException(
                    $"The {_name} encoder gave a number that is not finite. Float16 exports of large encoders overflow: use float32.");
            }
        }

        return embeddings;
    }

    private void Probe(int endOfSentence, int largestId)
    {
        Width = Encode([[endOfSentence]])[0].Length;
        try
        {
            // The CPU checks ids against the embedding table; a GPU does not.
            _ = Encode([[largestId, endOfSentence]]);
        }
        catch (InvalidOperationException e) when (e.InnerException is OnnxRuntimeException)
        {
            throw new InvalidOperationException(
                $"The tokenizer does not fit the ONNX model: the encoder has no embedding for the tokenizer's largest id, {largestId}. {e.InnerException.Message}", e);
        }
    }
}
