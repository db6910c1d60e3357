using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

/// <summary>The conditions of rows as tensors. Texts are padded to the longest.</summary>
internal static class ConditionTensors
{
    /// <param name="condition">What the model is conditioned on.</param>
    /// <param name="rows">What each image is to show.</param>
    /// <param name="portraits">Whether each is a portrait; null without portrait flag.</param>
    /// <param name="device">Where the tensors go.</param>
    /// <returns>Tensors of the current dispose scope.</returns>
    public static ImageConditions Create(ConditionDescription condition, IReadOnlyList<RowCondition> rows, IReadOnlyList<bool>? portraits, Device device) => new(
        condition.Kind == ConditionKind.Class ? tensor(rows.Select(row => (long)(row.ClassIndex ?? condition.ClassCount)).ToArray(), device: device) : null,
        portraits is null ? null : tensor(portraits.Select(isPortrait => isPortrait ? 1L : 0L).ToArray(), device: device))
    {
        Text = condition.Kind switch
        {
            ConditionKind.Text => Captions(rows, device),
            ConditionKind.Embeddings => Embeddings(rows, condition.EmbeddingWidth, device),
            _ => null,
        },
    };

    private static TextInput Captions(IReadOnlyList<RowCondition> rows, Device device)
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

        return new TextInput(tensor(tokens, [rows.Count, longest], device: device), Mask(lengths, device));
    }

    private static TextInput Embeddings(IReadOnlyList<RowCondition> rows, int width, Device device)
    {
        int[] lengths = [.. rows.Select(row => row.Embeddings?.Length / width ?? 1)];
        int longest = lengths.Max();
        var tokens = new float[rows.Count * longest * width];
        for (int i = 0; i < rows.Count; i++)
        {
            rows[i].Embeddings?.CopyTo(tokens, i * longest * width);
        }

        return new TextInput(tensor(tokens, [rows.Count, longest, width], device: device), Mask(lengths, device));
    }

    private static Tensor Mask(int[] lengths, Device device)
    {
        int longest = lengths.Max();
        bool[] isToken = [.. lengths.SelectMany(length => Enumerable.Range(0, longest).Select(i => i < length))];
        return tensor(isToken, [lengths.Length, longest], device: device);
    }
}
