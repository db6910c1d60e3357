using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ablations;

/// <summary>
/// A small convolutional network that tells the classes of the data set apart. Its last layer but one gives the features that generated and real
/// pictures are compared by.
/// </summary>
internal sealed class ImageClassifier : IDisposable
{
    private const int FeatureCount = 64;
    private const int BatchSize = 64;
    private const int Epochs = 16;
    private const double PeakLearningRate = 2e-3;
    private const int LowestResolution = 4;

    private readonly Sequential _body;
    private readonly Linear _head;
    private readonly Sequential _network;
    private readonly string[] _classes;
    private readonly int _size;

    private ImageClassifier(IReadOnlyList<string> classes, int size)
    {
        _classes = [.. classes];
        _size = size;
        manual_seed(1);
        _body = CreateBody(size);
        _head = nn.Linear(FeatureCount, classes.Count);
        _network = nn.Sequential(("body", _body), ("head", _head));
    }

    /// <summary>Reads the classifier from a file, or trains it and writes the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pictures">Pictures to train on.</param>
    /// <param name="classes">Their classes.</param>
    /// <param name="size">Pixels on a side.</param>
    /// <param name="log">Is told how the training goes.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    public static ImageClassifier Open(
        string path, IReadOnlyList<Picture> pictures, IReadOnlyList<string> classes, int size, Action<string> log, CancellationToken cancellationToken)
    {
        var classifier = new ImageClassifier(classes, size);
        try
        {
            classifier.LoadOrTrain(path, pictures, log, cancellationToken);
            return classifier;
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    /// <summary>Features [N, 64], on which <see cref="Agreement"/> and the classifier distance rest.</summary>
    public Tensor Features(IReadOnlyList<Picture> pictures)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var parts = pictures.Chunk(BatchSize).Select(chunk => _body.forward(ToTensor(chunk))).ToArray();
        return cat(parts).MoveToOuterDisposeScope();
    }

    /// <summary>Share of the pictures that get their own class.</summary>
    public double Agreement(Tensor features, IReadOnlyList<Picture> pictures)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return _head.forward(features).argmax(1).eq(Targets(pictures)).to(ScalarType.Float64).mean().item<double>();
    }

    public void Dispose() => _network.Dispose();

    /// <summary>Convolutions that halve the resolution down to 4×4, then the mean over what is left.</summary>
    private static Sequential CreateBody(int size)
    {
        var layers = new List<(string, nn.Module<Tensor, Tensor>)>();
        int channels = 3;
        for (int resolution = size; resolution > LowestResolution; resolution /= 2)
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

    private void LoadOrTrain(string path, IReadOnlyList<Picture> pictures, Action<string> log, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            _network.load(path);
        }
        else
        {
            Train(pictures, log, cancellationToken);
            string temporary = path + ".tmp";
            _network.save(temporary);
            File.Move(temporary, path, overwrite: true);
        }

        _network.eval();
    }

    private void Train(IReadOnlyList<Picture> pictures, Action<string> log, CancellationToken cancellationToken)
    {
        _network.train();
        int steps = Epochs * ((pictures.Count + BatchSize - 1) / BatchSize);
        var shuffle = new Random(1);
        using var optimizer = optim.AdamW(_network.parameters(), PeakLearningRate, weight_decay: 0.05);
        var decay = optim.lr_scheduler.OneCycleLR(optimizer, PeakLearningRate, total_steps: steps + 1);
        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            var order = pictures.ToArray();
            shuffle.Shuffle(order);
            double loss = 0;
            foreach (var batch in order.Chunk(BatchSize))
            {
                cancellationToken.ThrowIfCancellationRequested();
                loss += Step(optimizer, batch) * batch.Length / pictures.Count;
                decay.step();
            }

            log(FormattableString.Invariant($"classifier: epoch {epoch} of {Epochs}, loss {loss:F3}"));
        }
    }

    private double Step(optim.Optimizer optimizer, Picture[] batch)
    {
        using var scope = NewDisposeScope();
        var x = ToTensor(batch);

        // Mirrored pictures are of the same class: half of them double the data.
        var mirrored = rand(batch.Length, 1, 1, 1) < 0.5f;
        x = where(mirrored, x.flip(3), x);
        var loss = nn.functional.cross_entropy(_network.forward(x), Targets(batch), label_smoothing: 0.1);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    private Tensor ToTensor(Picture[] pictures) => Planes.ToTensor(pictures.Select(picture => picture.Pixels).ToArray(), _size);

    private Tensor Targets(IReadOnlyList<Picture> pictures)
        => tensor(pictures.Select(picture => (long)Array.IndexOf(_classes, picture.Label)).ToArray());
}
