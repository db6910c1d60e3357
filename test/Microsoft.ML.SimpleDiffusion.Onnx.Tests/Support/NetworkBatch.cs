using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;

/// <summary>Three images for a network, of which the second asks for nothing, and what both back ends make of them.</summary>
internal sealed class NetworkBatch : IDisposable
{
    private const int Count = 3;

    private readonly Tensor _z;
    private readonly Tensor _logSnr;
    private readonly ImageConditions _conditions;

    public NetworkBatch(ModelConfiguration configuration, DenoisingModel model)
    {
        var options = configuration.Options;
        manual_seed(7);
        _z = randn(Count, options.Channels, options.ImageHeight, options.ImageWidth);
        _logSnr = (rand(Count) * (model.Schedule.LogSnrMax - model.Schedule.LogSnrMin)) + model.Schedule.LogSnrMin;
        _conditions = ConditionTensors.Create(configuration.Condition, Rows(configuration.Condition.Kind), options.Network.PortraitFlag ? [true, false, true] : null, CPU);
    }

    /// <summary>What libtorch predicts.</summary>
    public float[] Predict(DenoisingModel model)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return [.. model.Predict(_z, _logSnr, _conditions).data<float>()];
    }

    /// <summary>What ONNX Runtime predicts.</summary>
    /// <param name="path">The denoiser.</param>
    /// <param name="textPath">The text encoder, if there is one.</param>
    public float[] Predict(string path, string? textPath)
    {
        var inputs = new Dictionary<string, OrtValue> { ["z"] = Value<float>(_z), ["log_snr"] = Value<float>(_logSnr) };
        if (_conditions.Classes is not null)
        {
            inputs["class_id"] = Value<long>(_conditions.Classes);
        }

        if (_conditions.Portrait is not null)
        {
            inputs["portrait"] = Value<long>(_conditions.Portrait);
        }

        if (_conditions.Text is TextInput text)
        {
            bool isCaption = text.Tokens.dtype == ScalarType.Int64;
            inputs["text_mask"] = Value<bool>(text.Mask);
            var encoded = Run(textPath!, "text", new()
            {
                [isCaption ? "tokens" : "embeddings"] = isCaption ? Value<long>(text.Tokens) : Value<float>(text.Tokens),
                ["text_mask"] = inputs["text_mask"],
            });
            inputs["text"] = OrtValue.CreateTensorValueFromMemory(encoded.Values, encoded.Shape);
        }

        return Run(path, "prediction", inputs).Values;
    }

    public void Dispose()
    {
        _z.Dispose();
        _logSnr.Dispose();
        _conditions.Dispose();
        _conditions.Text?.Map(tensor =>
        {
            tensor.Dispose();
            return tensor;
        });
    }

    private static RowCondition[] Rows(ConditionKind kind) => kind switch
    {
        ConditionKind.Text => [RowCondition.OfText("red"u8.ToArray()), RowCondition.None, RowCondition.OfText("blue above green"u8.ToArray())],
        ConditionKind.Embeddings => [Embedded(1, 1), RowCondition.None, Embedded(-4, 3)],
        ConditionKind.Class => [RowCondition.OfClass(0), RowCondition.None, RowCondition.OfClass(2)],
        _ => new RowCondition[Count],
    };

    private static RowCondition Embedded(int first, int tokens)
        => RowCondition.OfEmbeddings([.. Enumerable.Range(0, tokens * NetworkCase.EmbeddingWidth).Select(i => MathF.Sin(first + i))]);

    private static (float[] Values, long[] Shape) Run(string path, string output, Dictionary<string, OrtValue> inputs)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(path, options);
        using var run = new RunOptions();
        using var results = session.Run(run, inputs.Keys, inputs.Values, [output]);
        return (results[0].GetTensorDataAsSpan<float>().ToArray(), results[0].GetTensorTypeAndShape().Shape);
    }

    private static OrtValue Value<T>(Tensor tensor)
        where T : unmanaged
        => OrtValue.CreateTensorValueFromMemory(tensor.contiguous().data<T>().ToArray(), tensor.shape);
}
