using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;
using Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Embeddings;

[TestClass]
public sealed class EmbeddingCacheTests : IDisposable
{
    private static readonly int[] Ids = [7, 8, 1];
    private static readonly float[] Numbers = [1, 2, 3, 4, 5, float.MinValue];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Embeddings_come_back_as_they_were_for_these_tokens_and_this_encoder_alone()
    {
        var cache = Cache();
        Assert.IsNull(cache.TryRead(Ids));
        cache.Write(Ids, Numbers);

        CollectionAssert.AreEqual(Numbers, cache.TryRead(Ids));
        CollectionAssert.AreEqual(Numbers, Cache().TryRead(Ids));
        Assert.IsNull(cache.TryRead([7, 9, 1]));
        Assert.IsNull(Cache(encoder: 2).TryRead(Ids));
        Assert.IsEmpty(Directory.GetFiles(_folder.Path, "*.tmp", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void Damaged_file_is_ignored_and_written_anew()
    {
        var cache = Cache();
        cache.Write(Ids, Numbers);
        string file = Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Single();
        byte[] whole = File.ReadAllBytes(file);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] damaged = (byte[])whole.Clone();
            damaged[i] ^= 1;
            File.WriteAllBytes(file, damaged);
            Assert.IsNull(cache.TryRead(Ids), $"byte {i}");
        }

        foreach (byte[] damaged in (byte[][])[[], whole[..^1], [.. whole, 0]])
        {
            File.WriteAllBytes(file, damaged);
            Assert.IsNull(cache.TryRead(Ids), $"{damaged.Length} bytes");
        }

        cache.Write(Ids, Numbers);
        CollectionAssert.AreEqual(whole, File.ReadAllBytes(file));
    }

    [TestMethod]
    public void Folder_that_cannot_be_created_is_refused()
    {
        string file = _folder.File("file");
        File.WriteAllText(file, string.Empty);
        var options = Fixture.Options();
        options.CacheDirectory = Path.Combine(file, "cache");
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fixture.Encoder(options));
        Assert.Contains("CacheDirectory cannot be created", error.Message);
    }

    [TestMethod]
    public void Failure_to_write_is_said_once_and_stops_no_one()
    {
        var warnings = new List<string>();
        var cache = new EmbeddingCache(_folder.File("cache"), [1], width: 2, warnings.Add);
        Directory.Delete(_folder.File("cache"));
        File.WriteAllText(_folder.File("cache"), "A file where the folder was.");
        cache.Write(Ids, Numbers);
        cache.Write(Ids, Numbers);

        Assert.HasCount(1, warnings);
        Assert.StartsWith("Embeddings are no longer written to the cache folder", warnings[0]);
        Assert.IsNull(cache.TryRead(Ids));
    }

    [TestMethod]
    public void What_the_cache_holds_is_not_encoded_again()
    {
        var options = Fixture.Options();
        options.CacheDirectory = _folder.Path;
        using var encoder = Fixture.Encoder(options);
        int[] ids = encoder.Tokenizer.Encode("red star", options.MaxTokens);
        float[] planted = Enumerable.Range(0, ids.Length * encoder.Width).Select(i => (float)i).ToArray();
        new EmbeddingCache(_folder.Path, encoder.Files.Hash(), encoder.Width, _ => { }).Write(ids, planted);

        CollectionAssert.AreEqual(planted, encoder.Encode([ids], () => { })[0]);
    }

    [TestMethod]
    public void What_was_encoded_is_in_the_cache()
    {
        var options = Fixture.Options();
        float[][] first;
        using (var encoder = Fixture.Encoder(options))
        {
            first = encoder.Encode([encoder.Tokenizer.Encode("red star", options.MaxTokens), encoder.Tokenizer.Encode("blue star", options.MaxTokens)], () => { });
        }

        options.CacheDirectory = _folder.Path;
        for (int run = 0; run < 2; run++)
        {
            using var encoder = Fixture.Encoder(options);
            float[][] again = encoder.Encode([encoder.Tokenizer.Encode("red star", options.MaxTokens), encoder.Tokenizer.Encode("blue star", options.MaxTokens)], () => { });
            CollectionAssert.AreEqual(first[0], again[0]);
            CollectionAssert.AreEqual(first[1], again[1]);
            Assert.HasCount(2, Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
        }
    }

    private EmbeddingCache Cache(byte encoder = 1) => new(_folder.Path, [encoder], width: 2, _ => { });
}
