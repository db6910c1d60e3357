using Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Embeddings;

[TestClass]
public class T5EncoderTests
{
    [TestMethod]
    public void Captions_that_repeat_are_encoded_once()
    {
        var options = Fixture.Options("int32.onnx");
        options.TokensPerBatch = 1;
        using var encoder = Fixture.Encoder(options);
        int batches = 0;
        float[][] embeddings = encoder.Encode([[5, 1], [6, 1], [], [5, 1], [5, 1]], () => batches++);

        // A batch holds one caption.
        Assert.AreEqual(2, batches);
        CollectionAssert.AreEqual(Fixture.Lookup([5, 1]), embeddings[0]);
        CollectionAssert.AreEqual(Fixture.Lookup([6, 1]), embeddings[1]);
        Assert.IsEmpty(embeddings[2]);
        CollectionAssert.AreEqual(Fixture.Lookup([5, 1]), embeddings[4]);
    }

    [TestMethod]
    public void Encoding_stops_when_it_is_told_to()
    {
        using var encoder = Fixture.Encoder(Fixture.Options("int32.onnx"));
        Assert.ThrowsExactly<OperationCanceledException>(() => encoder.Encode([[5, 1]], () => throw new OperationCanceledException()));
    }
}
