namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>Plain red, green and blue pictures of 8×8 pixels, and options for a network that learns them in seconds.</summary>
internal static class TinyData
{
    public const int Side = 8;

    public static readonly string[] Labels = ["red", "green", "blue"];

    public static IEnumerable<TinyRow> Rows(int count)
        => Enumerable.Range(0, count).Select(i => new TinyRow { Image = Plain(i % 3, (byte)(200 + (i % 50))), Label = Labels[i % 3], Seed = i });

    /// <summary>A view with the columns Image (pixels), Label (key) and Seed.</summary>
    /// <param name="context">The context.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="atTheEnd">Called each time that the training has read the last picture; not while the keys are made.</param>
    public static IDataView View(MLContext context, int count = 24, Action? atTheEnd = null)
    {
        var rows = context.Data.LoadFromEnumerable(Rows(count));
        var keys = context.Transforms.Conversion.MapValueToKey("Label").Fit(rows);
        return keys.Transform(atTheEnd is null ? rows : context.Data.LoadFromEnumerable(Watched(Rows(count), atTheEnd)));
    }

    /// <summary>A view of rows whose labels are keys in a given order.</summary>
    /// <param name="context">The context.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="labels">What keys there are, in their order. Of other labels the key is missing.</param>
    public static IDataView Keyed(MLContext context, IEnumerable<TinyRow> rows, IEnumerable<string> labels)
        => context.Transforms.Conversion.MapValueToKey("Label").Fit(context.Data.LoadFromEnumerable(labels.Select(label => new TinyRow { Label = label })))
            .Transform(context.Data.LoadFromEnumerable(rows));

    /// <summary>A network of some thousand weights.</summary>
    public static SimpleDiffusionOptions Options(int steps = 3) => new()
    {
        ConditionColumnName = "Label",
        ImageHeight = Side,
        ImageWidth = Side,
        Seed = 7,
        Network = new NetworkOptions { BaseChannels = 8, ChannelMultipliers = [1, 2], BlocksPerLevel = [1], TransformerBlocks = 1, AttentionHeads = 2 },
        Training = new TrainingOptions { Steps = steps, BatchSize = 8, LearningRate = 3e-3 },
        Sampling = new SamplingOptions { Steps = 4, BatchSize = 4 },
        Compute = new ComputeOptions { Device = ComputeDevice.Cpu, Precision = ComputePrecision.Float32, Threads = 1 },
    };

    private static IEnumerable<TinyRow> Watched(IEnumerable<TinyRow> rows, Action atTheEnd)
    {
        foreach (var row in rows)
        {
            yield return row;
        }

        atTheEnd();
    }

    private static byte[] Plain(int channel, byte value)
    {
        var pixels = new byte[3 * Side * Side];
        pixels.AsSpan(channel * Side * Side, Side * Side).Fill(value);
        return pixels;
    }
}
