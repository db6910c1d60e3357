namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>The weights of a model as they are saved, to compare models bit for bit.</summary>
internal static class WeightBytes
{
    /// <summary>Those of a model that is trained on tiny data.</summary>
    public static byte[] OfTrained(MLContext context, SimpleDiffusionOptions options)
    {
        using var model = context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(context));
        return Of(model);
    }

    public static byte[] Of(SimpleDiffusionTransformer transformer)
    {
        using var stream = new MemoryStream();
        transformer.Model.WriteWeights(stream);
        return stream.ToArray();
    }
}
