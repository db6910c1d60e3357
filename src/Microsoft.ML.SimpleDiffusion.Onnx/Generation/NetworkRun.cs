using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Onnx.Export;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Generation;

/// <summary>A batch of fixed conditions in ONNX Runtime, whose arrays are there once for all evaluations.</summary>
internal sealed class NetworkRun : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly List<string> _names = [];
    private readonly List<OrtValue> _values = [];
    private readonly OrtValue _output;
    private readonly float[] _logSnr;

    /// <param name="session">The network.</param>
    /// <param name="batch">Images.</param>
    /// <param name="shape">C, H and W.</param>
    /// <param name="conditions">What the images show: of as many or more, of which the first count.</param>
    /// <param name="text">The encoded text [B, T, W], or null.</param>
    public NetworkRun(InferenceSession session, int batch, long[] shape, ConditionArrays conditions, float[]? text)
    {
        _session = session;
        int length = (int)(batch * shape.Aggregate(1L, (product, side) => product * side));
        (Z, Prediction, _logSnr) = (new float[length], new float[length], new float[batch]);
        Add(Signature.Z, Z, [batch, .. shape]);
        Add(Signature.LogSnr, _logSnr, [batch]);
        if (conditions.Classes is not null)
        {
            Add(Signature.Class, conditions.Classes, [batch]);
        }

        if (conditions.Portrait is not null)
        {
            Add(Signature.Portrait, conditions.Portrait, [batch]);
        }

        if (conditions.Text is TextArrays texts)
        {
            Add(Signature.Text, text!, [batch, texts.Length, text!.Length / (texts.Rows * texts.Length)]);
            Add(Signature.TextMask, texts.Mask, [batch, texts.Length]);
        }

        if (conditions.GuidanceScale is not null)
        {
            Add(Signature.GuidanceScale, conditions.GuidanceScale, [batch]);
        }

        _output = OrtValue.CreateTensorValueFromMemory(Prediction, [batch, .. shape]);
    }

    /// <summary>Noisy images, to be filled in.</summary>
    public float[] Z { get; }

    /// <summary>What the network predicts of them.</summary>
    public float[] Prediction { get; }

    /// <summary>Evaluates the network.</summary>
    /// <param name="logSnr">Log-SNR of all images.</param>
    /// <exception cref="InvalidOperationException">ONNX Runtime failed.</exception>
    public void Evaluate(double logSnr)
    {
        Array.Fill(_logSnr, (float)logSnr);
        try
        {
            _session.Run(_options, _names, _values, [Signature.Prediction], [_output]);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidOperationException($"ONNX Runtime failed on {_logSnr.Length} images: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        _values.ForEach(value => value.Dispose());
        _output.Dispose();
        _options.Dispose();
    }

    /// <summary>Adds an input that is the beginning of an array.</summary>
    private void Add<T>(string name, T[] values, long[] shape)
        where T : unmanaged
    {
        int count = (int)shape.Aggregate(1L, (product, side) => product * side);
        _names.Add(name);
        _values.Add(OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values.AsMemory(0, count), shape));
    }
}
