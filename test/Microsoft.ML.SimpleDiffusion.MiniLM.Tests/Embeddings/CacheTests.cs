using Microsoft.ML.SimpleDiffusion.MiniLM.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Tests.Embeddings;

[TestClass]
public class CacheTests
{
    [TestMethod]
    public void What_the_cache_holds_is_not_encoded_again()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var options = Fixture.Options();
        options.CacheDirectory = folder.Path;
        using var transformer = Fixture.Fit(context, options);
        float[] first = Fixture.Embeddings(context, transformer, "red star", "red star")[0];
        Assert.HasCount(1, Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
        CollectionAssert.AreEqual(first, Fixture.Embeddings(context, transformer, "red star")[0]);

        int[] ids = Fixture.Tokenizer.Encode("red star", options.MaxTokens);
        float[] planted = [.. Enumerable.Range(0, ids.Length * Fixture.Width).Select(i => (float)i)];
        byte[] encoder = Convert.FromHexString(MiniLM.Embeddings.EmbeddedEncoder.Read().ModelDigest);
        new EmbeddingCache(folder.Path, encoder, Fixture.Width, _ => { }).Write(ids, planted);
        CollectionAssert.AreEqual(planted, Fixture.Embeddings(context, transformer, "red star")[0][..planted.Length]);
    }
}
