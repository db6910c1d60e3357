using Microsoft.ML.SimpleDiffusion.Data.Conditions;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>One image to generate. The image depends on this, the model and the sampling options, and on nothing else.</summary>
/// <param name="Condition">What it is to show.</param>
/// <param name="Seed">Seed of the row.</param>
internal readonly record struct GenerationRequest(RowCondition Condition, ulong Seed)
{
    /// <summary>What guidance leads away from. None in particular, as a rule.</summary>
    public RowCondition Negative { get; init; }

    /// <summary>Whether a portrait is asked for: height and width exchanged.</summary>
    public bool IsPortrait { get; init; }

    /// <summary>Image to start from, as the model holds it: planar [C, H, W], 0 to 255, a portrait on its side. Null for plain generation.</summary>
    public byte[]? Image { get; init; }

    /// <summary>Mask [H, W] as the model holds it: pixels below 128 keep the image. Null to generate them all.</summary>
    public byte[]? Mask { get; init; }
}
