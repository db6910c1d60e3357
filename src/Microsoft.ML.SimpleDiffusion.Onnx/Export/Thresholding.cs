using Microsoft.ML.SimpleDiffusion.Onnx.Format;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>Writes what keeps predicted images in the range of images, as the core's Thresholding computes it with tensors.</summary>
internal static class Thresholding
{
    /// <param name="graph">Where to.</param>
    /// <param name="x">Images [N, C, H, W].</param>
    /// <param name="sampling">How.</param>
    /// <param name="s">Size of the images.</param>
    public static string Apply(OnnxGraph graph, string x, SamplingOptions sampling, NetworkSpecification s) => sampling.Thresholding switch
    {
        ThresholdingType.None => x,
        ThresholdingType.Static => graph.Op("Clip", [x, graph.Scalar(-1), graph.Scalar(1)]),
        ThresholdingType.Dynamic => Dynamic(graph, x, sampling.DynamicThresholdQuantile, s.ImageChannels * s.ImageHeight * s.ImageWidth),
        _ => throw new ArgumentOutOfRangeException(nameof(sampling), sampling.Thresholding, "Unknown thresholding."),
    };

    /// <summary>Each image is clipped to the given quantile of its absolute values, at least 1, and divided by it.</summary>
    private static string Dynamic(OnnxGraph graph, string x, double quantile, int length)
    {
        double position = quantile * (length - 1);
        int below = (int)Math.Floor(position), above = Math.Min(below + 1, length - 1);

        // Of the values in falling order only those down to the quantile are needed.
        int count = length - below;
        string largest = graph.Ops("TopK", 2, [graph.Reshape(graph.Op("Abs", [x]), 0, -1), graph.Ints(count)])[0];
        string low = At(count - 1), high = At(length - 1 - above);
        string between = graph.Op("Add", [low, graph.Op("Mul", [graph.Op("Sub", [high, low]), graph.Scalar((float)(position - below))])]);
        string limit = graph.Reshape(graph.Op("Max", [between, graph.Scalar(1)]), 0, 1, 1, 1);
        string clipped = graph.Op("Max", [graph.Op("Min", [x, limit]), graph.Op("Neg", [limit])]);
        return graph.Op("Div", [clipped, limit]);

        string At(int index) => graph.Op("Slice", [largest, graph.Ints(index), graph.Ints(index + 1), graph.Ints(1)]);
    }
}
