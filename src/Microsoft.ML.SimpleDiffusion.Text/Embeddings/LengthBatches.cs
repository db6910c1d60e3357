namespace Microsoft.ML.SimpleDiffusion.Text.Embeddings;

/// <summary>Sorts captions into batches of like length, because every caption of a batch is padded to the longest.</summary>
internal static class LengthBatches
{
    /// <summary>Most padding that a batch may have, as a share of its tokens.</summary>
    public const double MostPadding = 0.1;

    /// <summary>Splits captions into batches, longest first. Those of one length stay in their order.</summary>
    /// <param name="lengths">Tokens of each caption, 1 or more.</param>
    /// <param name="tokensPerBatch">Most tokens of a batch of several captions, padding included.</param>
    /// <returns>Positions in <paramref name="lengths"/>, each once. No batch has more padding than <see cref="MostPadding"/>.</returns>
    public static IEnumerable<int[]> Split(IReadOnlyList<int> lengths, int tokensPerBatch)
    {
        var batch = new List<int>();
        long used = 0;
        foreach (int i in Enumerable.Range(0, lengths.Count).OrderByDescending(i => lengths[i]))
        {
            long padded = batch.Count == 0 ? 0 : (batch.Count + 1L) * lengths[batch[0]];
            if (padded > tokensPerBatch || padded - used - lengths[i] > MostPadding * padded)
            {
                yield return batch.ToArray();
                batch.Clear();
                used = 0;
            }

            batch.Add(i);
            used += lengths[i];
        }

        if (batch.Count > 0)
        {
            yield return batch.ToArray();
        }
    }
}
