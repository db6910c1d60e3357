using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using static Microsoft.ML.SimpleDiffusion.Onnx.Export.WeightSource;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>Writes a whole network as its plan says it, as DenoisingNetwork does with modules.</summary>
internal sealed class NetworkEmitter
{
    private readonly NetworkPlan _plan;
    private readonly LayerEmitter _layers;
    private readonly AttentionEmitter _attention;
    private readonly BlockEmitter _blocks;
    private readonly ConditionEmitter _conditions;
    private readonly WaveletEmitter _wavelets;

    /// <param name="plan">The network.</param>
    /// <param name="graph">Where to.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="precision">What to compute products in.</param>
    public NetworkEmitter(NetworkPlan plan, OnnxGraph graph, WeightSource weights, OnnxPrecision precision)
    {
        _plan = plan;
        _layers = new LayerEmitter(graph, weights, precision);
        _attention = new AttentionEmitter(_layers);
        _blocks = new BlockEmitter(_layers, _attention);
        _conditions = new ConditionEmitter(_layers, _attention);
        _wavelets = new WaveletEmitter(graph);
    }

    private OnnxGraph Graph => _layers.Graph;

    private NetworkSpecification Specification => _plan.Specification;

    /// <summary>The prediction [N, C, H, W].</summary>
    /// <param name="inputs">Inputs of the network.</param>
    /// <param name="logSnrMin">Lowest log-SNR of the noise schedule.</param>
    /// <param name="logSnrMax">Highest log-SNR of the noise schedule.</param>
    public string Emit(NetworkInputs inputs, double logSnrMin, double logSnrMax)
    {
        var context = _conditions.Embed(_plan.Embedding, logSnrMin, logSnrMax, inputs);
        var skips = new Stack<string>();
        string h = _layers.Conv(Patchify(inputs.Z), _plan.Input, string.Empty);
        h = _plan.Coordinates is null ? h : AddCoordinates(h, _plan.Coordinates);
        foreach (var stage in _plan.Down.Items)
        {
            h = Down(h, stage, context, skips);
        }

        h = Middle(h, context);
        foreach (var stage in _plan.Up.Items.Reverse())
        {
            h = Up(h, stage, context, skips);
        }

        h = _layers.GroupNorm(h, _plan.Output.Norm, _plan.Output.Name, MapSize.Of(Specification, 0));
        return Unpatchify(_layers.Conv(_layers.Silu(h), _plan.Output.Conv, _plan.Output.Name));
    }

    /// <summary>The text as the network sees it [N, T, W].</summary>
    /// <param name="text">Tokens as int64 [N, T], or embeddings as float32 [N, T, D].</param>
    /// <param name="mask">Boolean [N, T], true where there is a token.</param>
    public string EmitText(string text, string mask) => _conditions.Encode(_plan.Text!, text, mask);

    private string Down(string x, DownStagePlan plan, EmitterContext context, Stack<string> skips)
    {
        string name = Join(_plan.Down.Name, plan);
        var size = MapSize.Of(Specification, plan.Level);
        if (plan.Skips == SkipConnections.EveryBlockAndLevel)
        {
            skips.Push(x);
        }

        x = plan.Positions is null ? x : _attention.ToMaps(AddPositions(x, plan.Positions, name), plan.Positions.Width, size);
        for (int i = 0; i < plan.Blocks.Items.Count; i++)
        {
            x = Block(x, plan.Blocks, plan.Attention, i, name, size, context, skip: null);
            if (plan.Skips != SkipConnections.EveryLevel)
            {
                skips.Push(x);
            }
        }

        string below = plan.Downsample is null ? x : Downsampled(x, plan.Downsample, name);
        if (plan.Skips == SkipConnections.EveryLevel)
        {
            skips.Push(x);
            skips.Push(below);
        }

        return below;
    }

    private string Middle(string x, EmitterContext context)
    {
        int lowest = Specification.Downsamplings;
        var size = MapSize.Of(Specification, lowest);
        switch (_plan.Middle)
        {
            case TransformerMiddlePlan middle:
                string h = AddPositions(x, middle.Embedding, string.Empty);
                foreach (var block in middle.Transformer.Items)
                {
                    h = _blocks.Transformer(h, block, middle.Transformer.Name, context, skip: null);
                }

                return _attention.ToMaps(h, Specification.LevelChannels(lowest), size);
            case ResidualMiddlePlan middle:
                x = _blocks.Residual(x, middle.First, string.Empty, size, context, skip: null);
                x = _attention.Spatial(x, middle.Attention, string.Empty, size, context);
                return _blocks.Residual(x, middle.Second, string.Empty, size, context, skip: null);
            default:
                throw new InvalidOperationException($"Unknown middle '{_plan.Middle}'.");
        }
    }

    private string Up(string x, UpStagePlan plan, EmitterContext context, Stack<string> skips)
    {
        string name = Join(_plan.Up.Name, plan);
        var size = MapSize.Of(Specification, plan.Level);
        x = plan.Upsample is null ? x : Upsampled(x, plan, plan.Upsample, name, skips);
        for (int i = 0; i < plan.Blocks.Items.Count; i++)
        {
            x = Block(x, plan.Blocks, plan.Attention, i, name, size, context, plan.Skips == SkipConnections.EveryLevel ? null : skips.Pop());
        }

        return x;
    }

    private string Block(
        string x, ListPlan<StageBlockPlan> blocks, ListPlan<SpatialAttentionPlan>? attention, int i, string within, MapSize size, EmitterContext context, string? skip)
    {
        x = _blocks.Stage(x, blocks.Items[i], Join(within, blocks), size, context, skip);
        return attention is null ? x : _attention.Spatial(x, attention.Items[i], Join(within, attention), size, context);
    }

    private string AddPositions(string maps, PositionsPlan plan, string within)
        => _layers.Add(_attention.ToTokens(maps), _layers.Weight(Join(within, plan), plan.Positions, plan.Width));

    /// <summary>How far down and how far to the right each pixel is, times what the layer makes of either: constants of one line of pixels each.</summary>
    private string AddCoordinates(string maps, CoordinatesPlan plan)
    {
        var size = MapSize.Of(Specification, 0);
        string[] weights = Graph.Split(_layers.Weight($"{Join(plan.Name, plan.Dense)}.weight", plan.Channels, 2), 1, 1, 1);
        string down = Graph.Op("Mul", [Graph.Reshape(weights[0], 1, plan.Channels, 1, 1), Places("coordinates.down", [1, 1, size.Height, 1], size.Height)]);
        string right = Graph.Op("Mul", [Graph.Reshape(weights[1], 1, plan.Channels, 1, 1), Places("coordinates.right", [1, 1, 1, size.Width], size.Width)]);
        return _layers.Add(_layers.Add(maps, down), right);

        // Of the middles of pixels, from -1 to 1.
        string Places(string name, long[] shape, int count)
            => Graph.Floats(name, ElementType.Float32, shape, () => [.. Enumerable.Range(0, count).Select(i => (float)((((2 * i) + 1) / (double)count) - 1))]);
    }

    private string Downsampled(string x, ResamplingPlan plan, string within)
    {
        string pooled = Graph.Op("AveragePool", [x], new("kernel_shape", [2, 2]), new("strides", [2, 2]));
        return _layers.Conv(pooled, plan.Conv, Join(within, plan));
    }

    private string Upsampled(string x, UpStagePlan stage, ResamplingPlan plan, string within, Stack<string> skips)
    {
        if (stage.Skips != SkipConnections.EveryLevel)
        {
            return Doubled(_layers.Conv(x, plan.Conv, Join(within, plan)));
        }

        string afterDown = skips.Pop(), beforeDown = skips.Pop();
        return _layers.Add(Doubled(_layers.Conv(Graph.Op("Sub", [x, afterDown]), plan.Conv, Join(within, plan))), beforeDown);
    }

    /// <summary>Height and width doubled by repeating pixels.</summary>
    private string Doubled(string x)
    {
        string scales = Graph.Floats("doubling", ElementType.Float32, [4], () => [1, 1, 2, 2]);
        return Graph.Op("Resize", [x, string.Empty, scales], new("mode", "nearest"), new("coordinate_transformation_mode", "asymmetric"), new("nearest_mode", "floor"));
    }

    private string Patchify(string image) => _plan.Patching switch
    {
        null => image,
        WaveletPatchingPlan wavelets => _wavelets.Forward(image, wavelets.Levels, Specification.ImageChannels, new MapSize(Specification.ImageHeight, Specification.ImageWidth)),
        ConvolutionPatchingPlan convolution => _layers.Conv(image, convolution.Patchify, convolution.Name, isStrided: true),
        _ => throw new InvalidOperationException($"Unknown patching '{_plan.Patching}'."),
    };

    private string Unpatchify(string patches) => _plan.Patching switch
    {
        null => patches,
        WaveletPatchingPlan wavelets => _wavelets.Inverse(patches, wavelets.Levels, Specification.ImageChannels, new MapSize(Specification.ImageHeight, Specification.ImageWidth)),
        ConvolutionPatchingPlan convolution => _layers.TransposedConv(patches, convolution.Unpatchify, convolution.Name),
        _ => throw new InvalidOperationException($"Unknown patching '{_plan.Patching}'."),
    };
}
