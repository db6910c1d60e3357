using Microsoft.ML.SimpleDiffusion.Onnx.Format;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>Writes classifier-free guidance, as the core's Guidance computes it with tensors.</summary>
internal static class Guidance
{
    /// <param name="graph">Where to.</param>
    /// <param name="prediction">Predictions with, then as many without a condition [2N, C, H, W].</param>
    /// <param name="sampling">Scale and rescale.</param>
    /// <returns>[N, C, H, W].</returns>
    public static string Apply(OnnxGraph graph, string prediction, SamplingOptions sampling)
    {
        string[] halves = graph.Ops("Split", 2, [prediction], new OnnxAttribute("axis", 0));
        string guided = graph.Op("Add", [Times(graph, halves[0], sampling.GuidanceScale), Times(graph, halves[1], 1 - sampling.GuidanceScale)]);
        if (sampling.GuidanceRescale == 0)
        {
            return guided;
        }

        string ratio = graph.Op("Div", [Deviation(graph, halves[0]), Deviation(graph, guided)]);
        return graph.Op("Mul", [guided, graph.Op("Add", [Times(graph, ratio, sampling.GuidanceRescale), graph.Scalar(1 - sampling.GuidanceRescale)])]);
    }

    /// <summary>Standard deviation of each image [N, 1, 1, 1].</summary>
    private static string Deviation(OnnxGraph graph, string images)
    {
        string centred = graph.Op("Sub", [images, Mean(images)]);
        return graph.Op("Sqrt", [Mean(graph.Op("Mul", [centred, centred]))]);

        string Mean(string x) => graph.Op("ReduceMean", [x], new("axes", [1, 2, 3]), new("keepdims", 1));
    }

    private static string Times(OnnxGraph graph, string x, float factor) => graph.Op("Mul", [x, graph.Scalar(factor)]);
}
