using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training.Optimizers;

/// <summary>A matrix of weights between hidden features: a dense layer, one of those that a layer joins, or a convolution as [out, in × kernel].</summary>
/// <param name="Range">Where it lies in the flat buffers.</param>
/// <param name="Rows">Outputs.</param>
/// <param name="Columns">Inputs, times the pixels of a kernel.</param>
internal sealed record HiddenMatrix(FlatRange Range, long Rows, long Columns)
{
    /// <summary>The matrices of a network, in their order.</summary>
    public static IReadOnlyList<HiddenMatrix> Of(TrainingState state)
        => [.. state.Slots.Zip(state.Network.Plan.Weights).SelectMany(pair => Split(pair.First, pair.Second.HiddenMatrices))];

    private static IEnumerable<HiddenMatrix> Split(ParameterSlot slot, int count)
    {
        for (int i = 0; i < count; i++)
        {
            long length = slot.Length / count, rows = slot.Shape[0] / count;
            yield return new HiddenMatrix(new FlatRange(slot.Offset + (i * length), length), rows, length / rows);
        }
    }
}
