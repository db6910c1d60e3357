namespace Microsoft.ML.SimpleDiffusion.Distributed;

/// <summary>Whether all ranks are of one mind.</summary>
internal static class RankAgreement
{
    /// <summary>The first rank whose bytes differ from those of rank 0, or null if there is none.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="bytes">This rank's, equally long on all.</param>
    public static int? FindOther(Ranks ranks, byte[] bytes)
    {
        var all = ranks.GatherBytes(bytes);
        int other = Enumerable.Range(0, all.Count).FirstOrDefault(rank => !all[rank].AsSpan().SequenceEqual(all[0]));
        return other == 0 ? null : other;
    }

    /// <summary>Fails on all ranks if any has something to object.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="objection">What this rank objects, after "Rank 1", or null.</param>
    /// <exception cref="InvalidOperationException">The first objection.</exception>
    public static void Require(Ranks ranks, string? objection)
    {
        var objections = ranks.GatherTexts(objection);
        int rank = Enumerable.Range(0, ranks.Count).FirstOrDefault(rank => objections[rank] is not null, -1);
        if (rank >= 0)
        {
            throw new InvalidOperationException($"Rank {rank} {objections[rank]}");
        }
    }
}
