using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>
/// Writes a whole sampler, as the core's SamplingLoop runs one: a loop over its steps, or up to three if guidance begins or ends on the way. The numbers of the
/// steps are a table, and the weights are constants of the graph around the loops.
/// </summary>
/// <param name="graph">Where to.</param>
/// <param name="plan">The network.</param>
/// <param name="path">The steps.</param>
/// <param name="sampling">Guidance and thresholding.</param>
/// <param name="format">How the model's pixels are held.</param>
/// <param name="predict">Writes the network into a graph.</param>
internal sealed class SamplerEmitter(OnnxGraph graph, NetworkPlan plan, IReadOnlyList<SamplingStep> path, SamplingOptions sampling, PixelFormat format, Func<OnnxGraph, NetworkInputs, string> predict)
{
    private readonly StepTable _table = new(path);
    private readonly OnnxDimension[] _shape = [Signature.Batch, plan.Specification.ImageChannels, plan.Specification.ImageHeight, plan.Specification.ImageWidth];

    /// <summary>The whole graph.</summary>
    /// <param name="encode">Writes the text encoder into it.</param>
    public void Emit(Func<string, string, string> encode)
    {
        string z = graph.Input(Signature.Noise, ElementType.Float32, _shape);
        string? stepNoise = _table.Has(StepNumber.Noise) ? graph.Input(Signature.StepNoise, ElementType.Float32, [_table.Count - 1, .. _shape]) : null;
        var conditions = new SamplerConditions(graph, plan, encode);

        // Before the first step there is no previous image, and its factor is zero: any numbers do.
        string? previousX = _table.Has(StepNumber.PreviousX) ? z : null;
        for (int start = 0; start < path.Count;)
        {
            bool isGuided = path[start].IsGuided;
            int count = path.Skip(start).TakeWhile(step => step.IsGuided == isGuided).Count();
            (z, previousX) = Loop(start, count, z, previousX, stepNoise, conditions.Inputs(isGuided), isGuided);
            start += count;
        }

        graph.Output(Signature.Image, format.IsBytes ? ToBytes(z) : ToRange(z), format.IsBytes ? ElementType.UInt8 : ElementType.Float32, _shape);
    }

    private (string Z, string? PreviousX) Loop(int start, int count, string z, string? previousX, string? stepNoise, NetworkInputs conditions, bool isGuided)
    {
        string name = $"steps_from_{start}";
        var body = new OnnxGraph(name, graph);
        string iteration = body.Input($"{name}.iteration", ElementType.Int64), goesOn = body.Input($"{name}.goes_on", ElementType.Bool);
        string bodyZ = body.Input($"{name}.z", ElementType.Float32, _shape);
        string? bodyPreviousX = previousX is null ? null : body.Input($"{name}.previous_x", ElementType.Float32, _shape);

        string index = start == 0 ? iteration : body.Op("Add", [iteration, body.Whole(start)]);
        var numbers = _table.Read(body, index);
        string x = Thresholding.Apply(body, PredictX(body, bodyZ, numbers, conditions, isGuided), sampling, plan.Specification);
        string next = Sum(body, (numbers.GetValueOrDefault(StepNumber.Z), bodyZ), (numbers[StepNumber.X], x), (numbers.GetValueOrDefault(StepNumber.PreviousX), bodyPreviousX),
            (numbers.GetValueOrDefault(StepNumber.Noise), stepNoise is null ? null : Noise(body, stepNoise, index)));

        body.Output($"{name}.goes_on.out", goesOn, ElementType.Bool);
        body.Output($"{name}.z.out", next, ElementType.Float32, _shape);
        string[] carried = [z];
        if (previousX is not null)
        {
            body.Output($"{name}.previous_x.out", x, ElementType.Float32, _shape);
            carried = [z, previousX];
        }

        string[] results = graph.Ops("Loop", carried.Length, [graph.Whole(count), graph.True(), .. carried], new OnnxAttribute("body", body));
        return (results[0], results.ElementAtOrDefault(1));
    }

    /// <summary>The clean images that the network predicts.</summary>
    private string PredictX(OnnxGraph body, string z, Dictionary<StepNumber, string> numbers, NetworkInputs conditions, bool isGuided)
    {
        var inputs = conditions with { Z = isGuided ? body.Op("Concat", [z, z], new OnnxAttribute("axis", 0)) : z, LogSnr = numbers[StepNumber.LogSnr] };
        string prediction = predict(body, inputs);
        prediction = isGuided ? Guidance.Apply(body, prediction, sampling) : prediction;
        return _table.PredictsX ? prediction : Sum(body, (numbers.GetValueOrDefault(StepNumber.ToXOfZ), z), (numbers[StepNumber.ToXOfPrediction], prediction));
    }

    /// <summary>The noise of a step. After the last there is none, and its factor is zero.</summary>
    private string Noise(OnnxGraph body, string stepNoise, string index) => body.Op("Gather", [stepNoise, body.Op("Min", [index, body.Whole(_table.Count - 2)])]);

    /// <summary>From -1 .. 1 to bytes, rounded to the nearest level.</summary>
    private string ToBytes(string x)
    {
        string levels = graph.Op("Mul", [graph.Op("Add", [x, graph.Scalar(1)]), graph.Scalar(PixelTensors.LevelsPerUnit)]);
        return graph.Cast(graph.Op("Clip", [graph.Op("Round", [levels]), graph.Scalar(0), graph.Scalar(byte.MaxValue)]), ElementType.UInt8);
    }

    /// <summary>From -1 .. 1 to the range of the pixels.</summary>
    private string ToRange(string x)
    {
        string units = graph.Op("Mul", [graph.Op("Add", [x, graph.Scalar(1)]), graph.Scalar(format.HalfWidth)]);
        return graph.Op("Clip", [graph.Op("Add", [units, graph.Scalar(format.Minimum)]), graph.Scalar(format.Minimum), graph.Scalar(format.Maximum)]);
    }

    /// <summary>The sum of factors times values; null is zero.</summary>
    private static string Sum(OnnxGraph body, params ReadOnlySpan<(string? Factor, string? Value)> terms)
    {
        string? sum = null;
        foreach (var (factor, value) in terms)
        {
            if (factor is not null && value is not null)
            {
                string term = body.Op("Mul", [value, factor]);
                sum = sum is null ? term : body.Op("Add", [sum, term]);
            }
        }

        return sum ?? throw new InvalidOperationException("There is nothing to add.");
    }
}
