using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Randomness;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>
/// Convolutions that halve the resolution down to 4×4 or less, the mean over what is left (the features), and a linear layer (the classes).
/// </summary>
internal sealed class ClassifierNetwork : IDisposable
{
    public const int FeatureCount = 64;

    private const int LowestResolution = 4;

    private readonly Sequential _body;
    private readonly Linear _head;
    private readonly Sequential _network;

    /// <summary>A network whose weights are still to be initialised or read.</summary>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="size">Pixels on a side.</param>
    /// <param name="classCount">Number of classes.</param>
    /// <param name="device">Where it computes.</param>
    public ClassifierNetwork(int channels, int size, int classCount, Device device)
    {
        Device = device;
        Channels = channels;
        Size = size;
        _body = CreateBody(channels, size);
        _head = nn.Linear(FeatureCount, classCount);
        _network = nn.Sequential(("body", _body), ("head", _head));
        _network.to(device);
    }

    public Device Device { get; }

    public int Channels { get; }

    /// <summary>Pixels on a side.</summary>
    public int Size { get; }

    public IEnumerable<Parameter> Parameters => _network.parameters();

    /// <summary>Features [N, 64] of images [N, C, H, W], -1 to 1.</summary>
    public Tensor Features(Tensor images) => Convolutions.Convolved(_body, images);

    /// <summary>Logits [N, classes] of features.</summary>
    public Tensor Logits(Tensor features) => _head.forward(features);

    /// <summary>Features [N, 64] and probabilities [N, classes] of images, both on the CPU.</summary>
    /// <param name="count">Number of images, 1 or more.</param>
    /// <param name="source">Gives their pixels, one after the other.</param>
    /// <param name="batchSize">Images at once.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public (Tensor Features, Tensor Scores) Classify(int count, ImageTensor.PixelSource source, int batchSize, CancellationToken cancellationToken)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var (features, scores) = (new List<Tensor>(), new List<Tensor>());
        for (int first = 0; first < count; first += batchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int start = first;
            using var batch = NewDisposeScope();
            var found = Features(ImageTensor.Create(Math.Min(batchSize, count - first), Channels, Size, (i, pixels) => source(start + i, pixels), Device));
            scores.Add(nn.functional.softmax(Logits(found), 1).cpu().MoveToOuterDisposeScope());
            features.Add(found.cpu().MoveToOuterDisposeScope());
        }

        return (cat(features).MoveToOuterDisposeScope(), cat(scores).MoveToOuterDisposeScope());
    }

    /// <summary>Switches between training, in which batches are normalised by their own statistics, and use.</summary>
    public void SetTraining(bool isTraining) => _network.train(isTraining);

    /// <summary>Weights and the statistics of the norms, under the names they have in files. Owned by the network.</summary>
    public IReadOnlyList<NamedTensor> NamedTensors()
        => [.. _network.named_parameters().Select(named => new NamedTensor(named.name, named.parameter)),
            .. _network.named_buffers().Where(named => named.buffer.dtype == ScalarType.Float32).Select(named => new NamedTensor(named.name, named.buffer))];

    /// <summary>Initial weights as a pure function of the seed: kernels normal with variance 2 / inputs (He et al. 2015), biases zero, norms one.</summary>
    public void Initialize(int seed)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        ulong index = 0;
        foreach (var (name, value) in NamedTensors())
        {
            if (value.dim() > 1)
            {
                FillNormal(value, Math.Sqrt(2.0 * value.shape[0] / value.numel()), seed, index++);
            }
            else
            {
                value.fill_(IsOneAtFirst(name) ? 1 : 0);
            }
        }
    }

    public void Dispose() => _network.Dispose();

    private static bool IsOneAtFirst(string name)
        => name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith(".weight", StringComparison.Ordinal);

    private static Sequential CreateBody(int channels, int size)
    {
        var layers = new List<(string, nn.Module<Tensor, Tensor>)>();
        for (int resolution = size; resolution > LowestResolution; resolution = (resolution + 1) / 2)
        {
            int width = resolution == size ? FeatureCount / 2 : FeatureCount;
            layers.Add(($"conv{resolution}", nn.Conv2d(channels, width, 3, stride: 2, padding: 1, bias: false)));
            layers.Add(($"norm{resolution}", nn.BatchNorm2d(width)));
            layers.Add(($"relu{resolution}", nn.ReLU()));
            channels = width;
        }

        layers.Add(("last", nn.Conv2d(channels, FeatureCount, 3, padding: 1)));
        layers.Add(("relu", nn.ReLU()));
        layers.Add(("mean", nn.AdaptiveAvgPool2d(1)));
        layers.Add(("flatten", nn.Flatten()));
        return nn.Sequential(layers);
    }

    private static void FillNormal(Tensor parameter, double deviation, int seed, ulong index)
    {
        using var values = empty(parameter.shape, dtype: ScalarType.Float32, device: CPU);
        var span = MemoryMarshal.Cast<byte, float>(values.bytes);
        StatelessRandom.FillNormal(span, (uint)seed, RandomPurpose.Initialization, 0, index);
        System.Numerics.Tensors.TensorPrimitives.Multiply(span, (float)deviation, span);
        parameter.copy_(values);
    }
}
