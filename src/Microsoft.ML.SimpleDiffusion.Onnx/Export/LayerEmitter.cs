using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using static Microsoft.ML.SimpleDiffusion.Onnx.Export.WeightSource;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>
/// Writes the layers of plans as operators. Constant factors are folded into weights. In half precision it does as autocast does: products of weights and of
/// activations are half, and all else, norms and sums above all, is single, so that nothing overflows.
/// </summary>
/// <param name="graph">Where to.</param>
/// <param name="weights">The weights.</param>
/// <param name="precision">What to compute products in.</param>
internal sealed class LayerEmitter(OnnxGraph graph, WeightSource weights, OnnxPrecision precision)
{
    private const float Epsilon = 1e-5f;

    public OnnxGraph Graph => graph;

    private ElementType ProductType => precision == OnnxPrecision.Float16 ? ElementType.Float16 : ElementType.Float32;

    /// <summary>x · sigmoid(x).</summary>
    public string Silu(string x) => graph.Op("Mul", [x, graph.Op("Sigmoid", [x])]);

    public string Add(string a, string b) => graph.Op("Add", [a, b]);

    /// <summary>The product of two values.</summary>
    public string Product(string a, string b) => Full(graph.Op("MatMul", [Low(a), Low(b)]));

    /// <summary>A weight as it is, in float32.</summary>
    public string Weight(string name, params long[] shape) => Weight(name, ElementType.Float32, shape, values => values);

    /// <summary>A row of a table for each id.</summary>
    public string Lookup(string ids, TablePlan plan, string within) => graph.Op("Gather", [Weight($"{Join(within, plan)}.weight", plan.Rows, plan.Width), ids]);

    /// <summary>A convolution that keeps height and width, or one whose stride is its kernel.</summary>
    /// <param name="x">Feature maps [N, C, H, W].</param>
    /// <param name="plan">The layer.</param>
    /// <param name="within">Name of what it is a part of.</param>
    /// <param name="isStrided">Whether the stride is the kernel.</param>
    public string Conv(string x, ConvPlan plan, string within, bool isStrided = false)
    {
        string name = Join(within, plan);
        long kernel = plan.Kernel, pad = isStrided ? 0 : kernel / 2, stride = isStrided ? kernel : 1;
        string weight = ProductWeight($"{name}.weight", [plan.Outputs, plan.Inputs, kernel, kernel]), bias = ProductWeight($"{name}.bias", [plan.Outputs]);
        if (plan.IsCircular && pad > 0)
        {
            x = Wrapped(Wrapped(x, 2, pad), 3, pad);
            pad = 0;
        }

        return Full(graph.Op("Conv", [Low(x), weight, bias], new("kernel_shape", [kernel, kernel]), new("pads", [pad, pad, pad, pad]), new("strides", [stride, stride])));
    }

    /// <summary>Feature maps with so many rows or columns of their other sides around them.</summary>
    private string Wrapped(string x, int axis, long width)
    {
        return graph.Op("Concat", [Slice(-width, long.MaxValue), x, Slice(0, width)], new OnnxAttribute("axis", axis));

        string Slice(long start, long end) => graph.Op("Slice", [x, graph.Ints(start), graph.Ints(end), graph.Ints(axis)]);
    }

    public string TransposedConv(string x, TransposedConvPlan plan, string within)
    {
        string name = Join(within, plan);
        string weight = ProductWeight($"{name}.weight", [plan.Inputs, plan.Outputs, plan.Kernel, plan.Kernel]), bias = ProductWeight($"{name}.bias", [plan.Outputs]);
        return Full(graph.Op("ConvTranspose", [Low(x), weight, bias], new("kernel_shape", [plan.Kernel, plan.Kernel]), new("strides", [plan.Kernel, plan.Kernel])));
    }

    /// <summary>A dense layer on tokens.</summary>
    /// <param name="x">[N, T, inputs].</param>
    /// <param name="plan">The layer.</param>
    /// <param name="within">Name of what it is a part of.</param>
    public string Dense(string x, DensePlan plan, string within)
    {
        string name = Join(within, plan);
        string weight = Weight($"{name}.weight", ProductType, [plan.Inputs, plan.Outputs], values => Transposed(values, plan.Outputs, plan.Inputs));
        return Add(Full(graph.Op("MatMul", [Low(x), weight])), Weight($"{name}.bias", plan.Outputs));
    }

    /// <summary>A dense layer on vectors, in float32 whatever the precision: they carry the noise level.</summary>
    /// <param name="x">[N, inputs].</param>
    /// <param name="plan">The layer.</param>
    /// <param name="within">Name of what it is a part of.</param>
    public string VectorDense(string x, DensePlan plan, string within)
    {
        string name = Join(within, plan);
        return graph.Op("Gemm", [x, Weight($"{name}.weight", plan.Outputs, plan.Inputs), Weight($"{name}.bias", plan.Outputs)], new OnnxAttribute("transB", 1));
    }

    /// <summary>1 + scale, and shift, of an embedding [N, E]: each [N, half the outputs].</summary>
    /// <param name="embedding">The embedding.</param>
    /// <param name="plan">The layer that makes both.</param>
    /// <param name="within">Name of what it is a part of.</param>
    public (string Factor, string Shift) Film(string embedding, DensePlan plan, string within)
    {
        string name = Join(within, plan);
        int half = plan.Outputs / 2;
        string bias = Weight($"{name}.bias", ElementType.Float32, [plan.Outputs], values => [.. values.Select((value, i) => i < half ? value + 1 : value)]);
        string product = Full(graph.Op("Gemm", [Low(embedding), ProductWeight($"{name}.weight", [plan.Outputs, plan.Inputs])], new OnnxAttribute("transB", 1)));
        string[] parts = graph.Split(Add(product, bias), 1, half, half);
        return (parts[0], parts[1]);
    }

    /// <summary>scale · norm(x) over the last dimension.</summary>
    public string LayerNorm(string x, LayerNormPlan plan, string within, double scale = 1)
    {
        string name = Join(within, plan);
        string weight = Scaled($"{name}.weight", [plan.Channels], scale);
        return plan.HasBias
            ? graph.Op("LayerNormalization", [x, weight, Scaled($"{name}.bias", [plan.Channels], scale)], new("axis", -1), new("epsilon", Epsilon))
            : graph.Op("LayerNormalization", [x, weight], new("axis", -1), new("epsilon", Epsilon));
    }

    /// <summary>scale · norm(x) of feature maps.</summary>
    public string GroupNorm(string x, GroupNormPlan plan, string within, MapSize size, double scale = 1)
    {
        string name = Join(within, plan);
        string weight = Scaled($"{name}.weight", [1, plan.Channels, 1, 1], scale), bias = Scaled($"{name}.bias", [1, plan.Channels, 1, 1], scale);
        return Affine(Normalized(x, plan, size), weight, bias);
    }

    /// <summary>factor · norm(x) + shift of feature maps, with a factor and a shift for each image and channel.</summary>
    public string ModulatedNorm(string x, GroupNormPlan plan, string within, MapSize size, (string Factor, string Shift) film)
    {
        string name = Join(within, plan);
        string factor = graph.Reshape(film.Factor, 0, plan.Channels, 1, 1), shift = graph.Reshape(film.Shift, 0, plan.Channels, 1, 1);
        string weight = Weight($"{name}.weight", 1, plan.Channels, 1, 1), bias = Weight($"{name}.bias", 1, plan.Channels, 1, 1);
        return Affine(Normalized(x, plan, size), graph.Op("Mul", [weight, factor]), Affine(bias, factor, shift));
    }

    /// <summary>x · factor + shift.</summary>
    public string Affine(string x, string factor, string shift) => Add(graph.Op("Mul", [x, factor]), shift);

    /// <summary>Feature maps with mean 0 and variance 1 in each group: no operator of opset 17 does it, but instance norm does when each group is one channel.</summary>
    private string Normalized(string x, GroupNormPlan plan, MapSize size)
    {
        string groups = graph.Reshape(x, 0, plan.Groups, -1);
        string normalized = graph.Op("InstanceNormalization", [groups, graph.Filled(plan.Groups, 1), graph.Filled(plan.Groups, 0)], new OnnxAttribute("epsilon", Epsilon));
        return graph.Reshape(normalized, 0, plan.Channels, size.Height, size.Width);
    }

    private static float[] Transposed(float[] values, int rows, int columns)
    {
        var transposed = new float[values.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                transposed[(column * rows) + row] = values[(row * columns) + column];
            }
        }

        return transposed;
    }

    private string ProductWeight(string name, long[] shape) => Weight(name, ProductType, shape, values => values);

    private string Scaled(string name, long[] shape, double scale)
        => Weight(name, ElementType.Float32, shape, values => scale == 1 ? values : Array.ConvertAll(values, value => (float)(value * scale)));

    private string Weight(string name, ElementType type, long[] shape, Func<float[], float[]> map)
    {
        var read = weights.Use(name);
        return graph.Floats(name, type, shape, () => map(read()));
    }

    private string Low(string x) => ProductType == ElementType.Float32 ? x : graph.Cast(x, ProductType);

    private string Full(string x) => ProductType == ElementType.Float32 ? x : graph.Cast(x, ElementType.Float32);
}

/// <summary>Height and width of feature maps.</summary>
internal readonly record struct MapSize(int Height, int Width)
{
    public static MapSize Of(NetworkSpecification s, int level) => new(s.LevelHeight(level), s.LevelWidth(level));
}
