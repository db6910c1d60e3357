using ExampleData.Scenes;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Judging;

/// <summary>
/// A small convolutional network with a head per attribute: one above the other or side by side, then colour, shape and size of the upper or left
/// object, then those of the other.
/// </summary>
internal sealed class JudgeNetwork : IDisposable
{
    private const int LowestResolution = 4;
    private const int Narrow = 32;
    private const int Wide = 96;
    private const int Hidden = 256;
    private const int ObjectHeads = 3;

    private static readonly long[] HeadSizes =
        [2, Vocabulary.Colours.Count, Vocabulary.Shapes.Count, 2, Vocabulary.Colours.Count, Vocabulary.Shapes.Count, 2];

    private readonly Sequential _network;

    public JudgeNetwork(int size, int seed)
    {
        manual_seed(seed);
        _network = Create(size);
    }

    public IEnumerable<Parameter> Parameters => _network.parameters();

    /// <summary>Whether it is being trained.</summary>
    public void Train(bool isTraining) => _network.train(isTraining);

    /// <summary>Sum of the heads' cross-entropies, a scalar.</summary>
    /// <param name="pictures">[N, 3, size, size], -1 to 1.</param>
    /// <param name="layouts">What the N pictures show.</param>
    public Tensor Loss(Tensor pictures, IReadOnlyList<Layout> layouts)
    {
        using var scope = NewDisposeScope();
        var heads = Heads(pictures);
        var losses = heads.Select((logits, head) =>
            nn.functional.cross_entropy(logits, tensor(layouts.Select(layout => Targets(layout)[head]).ToArray())));
        return losses.Aggregate((sum, loss) => sum + loss).MoveToOuterDisposeScope();
    }

    /// <summary>What the pictures [N, 3, size, size] show.</summary>
    public IReadOnlyList<Layout> Read(Tensor pictures)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        long[][] answers = Heads(pictures).Select(logits => logits.argmax(1).data<long>().ToArray()).ToArray();
        return Enumerable.Range(0, answers[0].Length)
            .Select(i => new Layout(answers[0][i] == 0, ReadObject(1, i), ReadObject(1 + ObjectHeads, i)))
            .ToList();

        SceneObject ReadObject(int head, int i) => new((int)answers[head][i], (int)answers[head + 1][i], IsSmall: answers[head + 2][i] == 1);
    }

    public void Dispose() => _network.Dispose();

    private static long[] Targets(Layout layout) =>
    [
        layout.IsVertical ? 0 : 1,
        layout.Leading.Colour, layout.Leading.Shape, layout.Leading.IsSmall ? 1 : 0,
        layout.Trailing.Colour, layout.Trailing.Shape, layout.Trailing.IsSmall ? 1 : 0,
    ];

    /// <summary>Convolutions that halve the resolution down to 4×4. Then every place counts, for the heads ask what is where.</summary>
    private static Sequential Create(int size)
    {
        var layers = new List<(string, nn.Module<Tensor, Tensor>)>();
        int channels = 3;
        int resolution = size;
        for (; resolution > LowestResolution; resolution = (resolution + 1) / 2)
        {
            int width = resolution == size ? Narrow : Wide;
            layers.Add(($"conv{resolution}", nn.Conv2d(channels, width, 3, stride: 2, padding: 1, bias: false)));
            layers.Add(($"norm{resolution}", nn.BatchNorm2d(width)));
            layers.Add(($"relu{resolution}", nn.ReLU()));
            channels = width;
        }

        layers.Add(("flatten", nn.Flatten()));
        layers.Add(("hidden", nn.Linear(channels * resolution * resolution, Hidden)));
        layers.Add(("relu", nn.ReLU()));
        layers.Add(("heads", nn.Linear(Hidden, HeadSizes.Sum())));
        return nn.Sequential(layers);
    }

    private Tensor[] Heads(Tensor pictures) => Convolutions.Convolved(_network, pictures).split(HeadSizes, 1);
}
