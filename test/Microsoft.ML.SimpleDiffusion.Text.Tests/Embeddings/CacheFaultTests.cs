using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;
using Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Embeddings;

/// <summary>Every operation on the files of the cache fails once, in turn, and once the power goes before it. What is read is what was encoded, or nothing is.</summary>
[TestClass]
public sealed class CacheFaultTests : IDisposable
{
    private static readonly int[] Old = [7, 8, 1], Next = [9, 1];
    private static readonly float[] OldNumbers = [1, 2, 3, 4, 5, 6], NextNumbers = [7, 8, 9, 10];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Embeddings_are_whole_or_not_there_and_are_written_again(bool cutsPower)
    {
        string folder = _folder.File("cache");

        int tried = FaultyDisk.TryEach(
            cutsPower,
            () => FaultyDisk.Reset(folder, () => Cache(folder).Write(Old, OldNumbers)),
            () =>
            {
                var cache = Cache(folder);
                _ = cache.TryRead(Old);
                cache.Write(Next, NextNumbers);
                _ = cache.TryRead(Next);
            },
            fault =>
            {
                CollectionAssert.AreEqual(OldNumbers, Cache(folder).TryRead(Old), fault);
                Assert.IsTrue(Cache(folder).TryRead(Next) is not { } read || read.SequenceEqual(NextNumbers), fault);
                Cache(folder).Write(Next, NextNumbers);
                CollectionAssert.AreEqual(NextNumbers, Cache(folder).TryRead(Next), fault);
            });

        // Open and read each; create, write (twice, where all are tried), flush and rename.
        Assert.IsGreaterThanOrEqualTo(8, tried);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Captions_are_encoded_the_same_whatever_happens_to_the_cache(bool cutsPower)
    {
        var options = Fixture.Options();
        options.CacheDirectory = _folder.File("encoded");
        float[][] expected = Encode(Fixture.Options());

        int tried = FaultyDisk.TryEach(cutsPower, () => FaultyDisk.Reset(options.CacheDirectory, () => { }), () => Encode(options), fault =>
        {
            for (int run = 0; run < 2; run++)
            {
                float[][] encoded = Encode(options);
                CollectionAssert.AreEqual(expected[0], encoded[0], fault);
                CollectionAssert.AreEqual(expected[1], encoded[1], fault);
            }
        });

        Assert.IsGreaterThan(8, tried);
    }

    private static float[][] Encode(T5EncoderOptions options)
    {
        using var encoder = Fixture.Encoder(options);
        return encoder.Encode([encoder.Tokenizer.Encode("red star", options.MaxTokens), encoder.Tokenizer.Encode("blue star", options.MaxTokens)], () => { });
    }

    private static EmbeddingCache Cache(string folder) => new(folder, [1], width: 2, _ => { });
}
