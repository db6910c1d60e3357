using Microsoft.ML.SimpleDiffusion.Text.Embeddings;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Embeddings;

[TestClass]
public class LengthBatchesTests
{
    [TestMethod]
    public void Captions_of_one_length_share_a_batch_up_to_its_tokens()
        => AssertBatches([5, 5, 5, 5, 5], tokens: 10, "0,1 2,3 4");

    [TestMethod]
    public void Captions_of_very_different_lengths_do_not_share_a_batch()
        => AssertBatches([2, 20, 2, 20], tokens: 1000, "1,3 0,2");

    [TestMethod]
    public void A_tenth_of_padding_is_allowed_and_no_more()
    {
        // 10 and 8: 2 of 20 is padding; another 8: 4 of 30.
        AssertBatches([10, 8, 8], tokens: 1000, "0,1 2");
        AssertBatches([10, 7], tokens: 1000, "0 1");
    }

    [TestMethod]
    public void Caption_longer_than_a_batch_goes_alone()
        => AssertBatches([50, 50, 3], tokens: 10, "0 1 2");

    [TestMethod]
    public void No_captions_need_no_batch() => AssertBatches([], tokens: 10, string.Empty);

    [TestMethod]
    public void Whatever_the_lengths_every_caption_comes_once_and_padding_stays_below_a_tenth()
    {
        var random = new Random(1);
        for (int trial = 0; trial < 200; trial++)
        {
            int longest = random.Next(1, 200);
            int[] lengths = Enumerable.Range(0, random.Next(1, 300)).Select(_ => random.Next(1, longest + 1)).ToArray();
            int tokens = random.Next(1, 2000);
            int[][] batches = [.. LengthBatches.Split(lengths, tokens)];

            CollectionAssert.AreEquivalent(Enumerable.Range(0, lengths.Length).ToArray(), batches.SelectMany(i => i).ToArray());
            foreach (int[] batch in batches)
            {
                int padded = batch.Length * batch.Max(i => lengths[i]);
                Assert.IsTrue(batch.Length == 1 || padded <= tokens);
                Assert.IsLessThanOrEqualTo(0.1 * padded, padded - batch.Sum(i => (double)lengths[i]));
            }
        }
    }

    private static void AssertBatches(int[] lengths, int tokens, string expected)
        => Assert.AreEqual(expected, string.Join(' ', LengthBatches.Split(lengths, tokens).Select(batch => string.Join(',', batch))));
}
