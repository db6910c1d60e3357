using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>The numbers of all steps of a sampler as one constant [steps, columns]. What is zero at each step has no column, so that nothing is computed for it.</summary>
/// <param name="path">The steps.</param>
internal sealed class StepTable(IReadOnlyList<SamplingStep> path)
{
    private readonly Dictionary<StepNumber, float[]> _columns = Enum.GetValues<StepNumber>()
        .Select(number => (Number: number, Values: path.Select(step => Value(number, step)).ToArray()))
        .Where(column => column.Number == StepNumber.LogSnr || column.Values.Any(value => value != 0))
        .ToDictionary(column => column.Number, column => column.Values);

    /// <summary>How many steps there are.</summary>
    public int Count => path.Count;

    /// <summary>Whether a number is other than zero at some step.</summary>
    public bool Has(StepNumber number) => _columns.ContainsKey(number);

    /// <summary>Whether what the network predicts is the clean image itself.</summary>
    public bool PredictsX => path.All(step => step.ToX is { Z: 0, Prediction: 1 });

    /// <summary>The numbers of a step, each [1].</summary>
    /// <param name="graph">Where they are needed.</param>
    /// <param name="index">Number of the step, a scalar.</param>
    public Dictionary<StepNumber, string> Read(OnnxGraph graph, string index)
    {
        int width = _columns.Count;
        string table = graph.Floats("sampler.steps", ElementType.Float32, [Count, width], Interleave);
        string[] parts = graph.Split(graph.Op("Gather", [table, index]), 0, [.. Enumerable.Repeat(1L, width)]);
        return _columns.Keys.Zip(parts).ToDictionary();
    }

    private float[] Interleave() => [.. Enumerable.Range(0, Count).SelectMany(step => _columns.Values.Select(column => column[step]))];

    private static float Value(StepNumber number, SamplingStep step)
    {
        var coefficients = step.Coefficients ?? StepCoefficients.Result;
        return (float)(number switch
        {
            StepNumber.LogSnr => step.LogSnr,
            StepNumber.ToXOfZ => step.ToX.Z,
            StepNumber.ToXOfPrediction => step.ToX.Prediction,
            StepNumber.Z => coefficients.Z,
            StepNumber.X => coefficients.X,
            StepNumber.PreviousX => coefficients.PreviousX,
            StepNumber.Noise => coefficients.Noise,
            _ => throw new ArgumentOutOfRangeException(nameof(number), number, "Unknown number."),
        });
    }
}

/// <summary>The numbers of a step: those of <see cref="SamplingStep"/>.</summary>
internal enum StepNumber
{
    LogSnr,
    ToXOfZ,
    ToXOfPrediction,
    Z,
    X,
    PreviousX,
    Noise,
}
