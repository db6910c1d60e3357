using Microsoft.ML.SimpleDiffusion.Text.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Persistence;

[TestClass]
public class EncoderFilesTests
{
    [TestMethod]
    public void Model_that_names_a_file_twice_is_refused()
    {
        byte[] content = [1, 2, 3];
        var digest = new FileDigest("t5.onnx", content.Length, "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");

        var error = Assert.ThrowsExactly<FormatException>(() => EncoderFiles.Extract([digest, digest], tokenizer: [], (_, target) => target.Write(content)));

        Assert.AreEqual("The model is damaged: it names 't5.onnx' twice.", error.Message);
    }
}
