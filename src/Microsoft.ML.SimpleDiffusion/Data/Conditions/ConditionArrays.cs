using Microsoft.ML.SimpleDiffusion.Networks.Plan;

namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

/// <summary>The conditions of rows as networks take them, for any back end.</summary>
/// <param name="Classes">Class of each row, the number of classes meaning none; null without classes.</param>
/// <param name="Portrait">1 for each portrait and 0 for each landscape; null without portrait flag.</param>
/// <param name="Text">Texts; null without them.</param>
internal sealed record ConditionArrays(long[]? Classes, long[]? Portrait, TextArrays? Text)
{
    /// <summary>Guidance scale of each row; null for a network that is told none.</summary>
    public float[]? GuidanceScale { get; init; }

    /// <param name="condition">What the model is conditioned on.</param>
    /// <param name="rows">What each image is to show.</param>
    /// <param name="portraits">Whether each is a portrait; null without portrait flag.</param>
    /// <returns>The conditions but for the guidance scale, which is no row's.</returns>
    public static ConditionArrays Create(ConditionDescription condition, IReadOnlyList<RowCondition> rows, IReadOnlyList<bool>? portraits) => new(
        condition.Kind == ConditionKind.Class ? [.. rows.Select(row => (long)(row.ClassIndex ?? condition.ClassCount))] : null,
        portraits is null ? null : [.. portraits.Select(isPortrait => isPortrait ? 1L : 0L)],
        condition.Kind switch
        {
            ConditionKind.Text => TextArrays.OfCaptions(rows),
            ConditionKind.Embeddings => TextArrays.OfEmbeddings(rows, condition.EmbeddingWidth),
            _ => null,
        });
}

/// <summary>Texts of rows, padded to the longest.</summary>
/// <param name="Rows">Number of rows B.</param>
/// <param name="Length">Tokens of the longest text T.</param>
/// <param name="Tokens">Bytes [B, T]; null for embeddings.</param>
/// <param name="Embeddings">Embeddings [B, T, D]; null for captions.</param>
/// <param name="Mask">True where there is a token and false where there is padding [B, T].</param>
internal sealed record TextArrays(int Rows, int Length, long[]? Tokens, float[]? Embeddings, bool[] Mask)
{
    public static TextArrays OfCaptions(IReadOnlyList<RowCondition> rows)
    {
        int[] lengths = [.. rows.Select(row => row.Text?.Length ?? 1)];
        int longest = lengths.Max();
        var tokens = new long[rows.Count * longest];
        for (int i = 0; i < rows.Count; i++)
        {
            var place = tokens.AsSpan(i * longest, longest);
            place.Fill(ByteEncoderPlan.NoTextToken);
            for (int j = 0; j < rows[i].Text?.Length; j++)
            {
                place[j] = rows[i].Text![j];
            }
        }

        return new TextArrays(rows.Count, longest, tokens, null, MaskOf(lengths, longest));
    }

    /// <param name="rows">The rows.</param>
    /// <param name="width">Numbers of a token.</param>
    public static TextArrays OfEmbeddings(IReadOnlyList<RowCondition> rows, int width)
    {
        int[] lengths = [.. rows.Select(row => row.Embeddings?.Length / width ?? 1)];
        int longest = lengths.Max();
        var tokens = new float[rows.Count * longest * width];
        for (int i = 0; i < rows.Count; i++)
        {
            rows[i].Embeddings?.CopyTo(tokens, i * longest * width);
        }

        return new TextArrays(rows.Count, longest, null, tokens, MaskOf(lengths, longest));
    }

    private static bool[] MaskOf(int[] lengths, int longest) => [.. lengths.SelectMany(length => Enumerable.Range(0, longest).Select(i => i < length))];
}
