namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>The weights of a model as they are saved, to compare models bit for bit.</summary>
internal static class WeightBytes
{
    public static byte[] Of(SimpleDiffusionTransformer transformer)
    {
        using var stream = new MemoryStream();
        transformer.Model.WriteWeights(stream);
        return stream.ToArray();
    }
}
