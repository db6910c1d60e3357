using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
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
    public static ImageConditions Create(ConditionDescription condition, IReadOnlyList<RowCondition> rows, IReadOnlyList<bool>? portraits, Device device)
    {
        var (classes, portrait, text) = ConditionArrays.Create(condition, rows, portraits);
        return new ImageConditions(classes is null ? null : tensor(classes, device: device), portrait is null ? null : tensor(portrait, device: device))
        {
            Text = text is null ? null : ToInput(text, device),
        };
    }

    private static TextInput ToInput(TextArrays text, Device device) => new(
        text.Tokens is not null ? tensor(text.Tokens, [text.Rows, text.Length], device: device) : tensor(text.Embeddings!, [text.Rows, text.Length, text.Embeddings!.Length / (text.Rows * text.Length)], device: device),
        tensor(text.Mask, [text.Rows, text.Length], device: device));
}
