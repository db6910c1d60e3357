using System.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Randomness;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;

/// <summary>A whole sampler in ONNX Runtime, given the conditions and the noise of rows.</summary>
/// <param name="configuration">The model, with the sampling options that were exported.</param>
/// <param name="rows">What is asked for.</param>
internal sealed class SamplerRun(ModelConfiguration configuration, IReadOnlyList<AskedRow> rows)
{
    private SimpleDiffusionOptions Options => configuration.Options;

    private ImageSize Size => ImageSize.Of(Options);

    /// <summary>The images, as the transformers give them.</summary>
    /// <param name="path">The file.</param>
    public float[] Draw(string path)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(path, options);
        using var run = new RunOptions();
        var inputs = Inputs(session.InputNames.Contains("step_noise"));
        CollectionAssert.AreEquivalent(session.InputNames.ToArray(), inputs.Keys.ToArray());
        using var results = session.Run(run, inputs.Keys, inputs.Values, ["image"]);
        if (Options.PixelMinimum is not null)
        {
            return results[0].GetTensorDataAsSpan<float>().ToArray();
        }

        byte[] bytes = results[0].GetTensorDataAsSpan<byte>().ToArray();
        return [.. rows.SelectMany((row, i) => Upright(bytes[(i * Size.Length)..((i + 1) * Size.Length)], row.IsPortrait)).Select(value => (float)value)];
    }

    private byte[] Upright(byte[] pixels, bool isPortrait) => isPortrait && Options.Network.PortraitFlag ? QuarterTurn.Counterclockwise(pixels, Size) : pixels;

    private Dictionary<string, OrtValue> Inputs(bool hasStepNoise)
    {
        long[] shape = [rows.Count, Size.Channels, Size.Height, Size.Width];
        var inputs = new Dictionary<string, OrtValue> { ["noise"] = OrtValue.CreateTensorValueFromMemory(Noise(0), shape) };
        if (hasStepNoise)
        {
            float[] ofSteps = [.. Enumerable.Range(1, Options.Sampling.Steps - 1).SelectMany(Noise)];
            inputs["step_noise"] = OrtValue.CreateTensorValueFromMemory(ofSteps, [Options.Sampling.Steps - 1, .. shape]);
        }

        var conditions = ConditionArrays.Create(configuration.Condition, [.. rows.Select(Condition)], Options.Network.PortraitFlag ? [.. rows.Select(row => row.IsPortrait)] : null);
        if (conditions.Classes is not null)
        {
            inputs["class_id"] = OrtValue.CreateTensorValueFromMemory(conditions.Classes, [rows.Count]);
        }

        if (conditions.Portrait is not null)
        {
            inputs["portrait"] = OrtValue.CreateTensorValueFromMemory(conditions.Portrait, [rows.Count]);
        }

        if (conditions.Text is TextArrays text)
        {
            inputs["text_mask"] = OrtValue.CreateTensorValueFromMemory(text.Mask, [text.Rows, text.Length]);
            inputs[text.Tokens is null ? "embeddings" : "tokens"] = text.Tokens is null
                ? OrtValue.CreateTensorValueFromMemory(text.Embeddings!, [text.Rows, text.Length, NetworkCase.EmbeddingWidth])
                : OrtValue.CreateTensorValueFromMemory(text.Tokens, [text.Rows, text.Length]);
        }

        return inputs;
    }

    private float[] Noise(int step)
    {
        var noise = new float[rows.Count * Size.Length];
        for (int i = 0; i < rows.Count; i++)
        {
            ulong seed = StatelessRandom.Bits((uint)Options.Sampling.Seed, RandomPurpose.RowSeed, (ulong)rows[i].Seed, 0);
            StatelessRandom.FillNormal(noise.AsSpan(i * Size.Length, Size.Length), seed, RandomPurpose.SamplingNoise, (ulong)step, 0);
        }

        return noise;
    }

    private RowCondition Condition(AskedRow row) => configuration.Condition.Kind switch
    {
        ConditionKind.Class when row.Label.Length > 0 => RowCondition.OfClass(configuration.Condition.ClassLabels.ToList().IndexOf(row.Label)),
        ConditionKind.Text when row.Label.Length > 0 => RowCondition.OfText(Encoding.UTF8.GetBytes(row.Label)),
        ConditionKind.Embeddings when row.Embeddings.Any(value => value != 0) => RowCondition.OfEmbeddings(Used(row.Embeddings)),
        _ => RowCondition.None,
    };

    /// <summary>Embeddings without the padding behind them.</summary>
    private static float[] Used(float[] embeddings)
    {
        int last = Array.FindLastIndex(embeddings, value => value != 0);
        return embeddings[..((last / NetworkCase.EmbeddingWidth * NetworkCase.EmbeddingWidth) + NetworkCase.EmbeddingWidth)];
    }
}
