using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Judging;

/// <summary>A small convolutional network with a head for each question that pictures are asked.</summary>
internal sealed class JudgeNetwork : IDisposable
{
    private const int LowestResolution = 4;
    private const int Narrow = 32;
    private const int Wide = 96;
    private const int Hidden = 256;
    private const int BatchSize = 128;
    private const double PeakLearningRate = 3e-3;

    /// <summary>Generated pictures are not as clean as drawn ones: some noise keeps the judge from looking at single pixels.</summary>
    private const double Noise = 0.1;

    private readonly Sequential _network;
    private readonly int _size;
    private readonly long[] _choices;

    /// <param name="size">Pixels on a side.</param>
    /// <param name="choices">How many answers there are to each question.</param>
    /// <param name="seed">Decides the first weights and the noise.</param>
    public JudgeNetwork(int size, long[] choices, int seed)
    {
        manual_seed(seed);
        (_size, _choices) = (size, choices);
        _network = Create(size, choices.Sum());
    }

    /// <summary>Trains, once.</summary>
    /// <param name="example">Picture number i as planar RGB, and the answers.</param>
    /// <param name="steps">Batches of 128 pictures.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public void Train(Func<int, (byte[] Pixels, long[] Answers)> example, int steps, CancellationToken cancellationToken)
    {
        using var optimizer = optim.AdamW(_network.parameters(), PeakLearningRate, weight_decay: 0.01);
        var decay = optim.lr_scheduler.OneCycleLR(optimizer, PeakLearningRate, total_steps: steps + 1);
        _network.train(true);
        for (int step = 0; step < steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = Enumerable.Range(step * BatchSize, BatchSize).AsParallel().AsOrdered().Select(example).ToList();
            Step(optimizer, [.. batch.Select(item => item.Pixels)], [.. batch.Select(item => item.Answers)]);
            decay.step();
        }

        _network.train(false);
    }

    /// <summary>The answers of each picture, planar RGB.</summary>
    public IReadOnlyList<long[]> Read(IReadOnlyList<byte[]> pictures) => pictures.Chunk(BatchSize).SelectMany(ReadBatch).ToList();

    public void Dispose() => _network.Dispose();

    private IEnumerable<long[]> ReadBatch(byte[][] pictures)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        long[][] heads = Heads(ToTensor(pictures)).Select(logits => logits.argmax(1).data<long>().ToArray()).ToArray();
        return Enumerable.Range(0, pictures.Length).Select(i => Array.ConvertAll(heads, answers => answers[i])).ToArray();
    }

    private void Step(optim.Optimizer optimizer, IReadOnlyList<byte[]> pictures, IReadOnlyList<long[]> answers)
    {
        using var scope = NewDisposeScope();
        var x = ToTensor(pictures);
        x += Noise * rand(pictures.Count, 1, 1, 1) * randn_like(x);
        optimizer.zero_grad();
        var losses = Heads(x).Select((logits, head) => nn.functional.cross_entropy(logits, tensor(answers.Select(answer => answer[head]).ToArray())));
        losses.Aggregate((sum, loss) => sum + loss).backward();
        optimizer.step();
    }

    /// <summary>Pictures as one tensor [N, 3, size, size], -1 to 1.</summary>
    private Tensor ToTensor(IReadOnlyList<byte[]> pictures)
    {
        using var scope = NewDisposeScope();
        var bytes = tensor(pictures.SelectMany(picture => picture).ToArray(), [pictures.Count, 3, _size, _size]);
        return ((bytes.to(ScalarType.Float32) / 127.5f) - 1).MoveToOuterDisposeScope();
    }

    /// <summary>Convolutions that halve the resolution down to 4×4. Then every place counts, for the heads ask what is where.</summary>
    private static Sequential Create(int size, long answers)
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
        layers.Add(("heads", nn.Linear(Hidden, answers)));
        return nn.Sequential(layers);
    }

    private Tensor[] Heads(Tensor pictures) => Convolutions.Convolved(_network, pictures).split(_choices, 1);
}
