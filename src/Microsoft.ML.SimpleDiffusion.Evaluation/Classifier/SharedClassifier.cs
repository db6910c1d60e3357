using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>A trained network, shared by transformers. The last owner's release frees the weights.</summary>
internal sealed class SharedClassifier(ClassifierNetwork network)
{
    private readonly Lock _lock = new();
    private int _owners = 1;

    public void AddOwner()
    {
        lock (_lock)
        {
            ThrowIfFreed();
            _owners++;
        }
    }

    public void Release()
    {
        lock (_lock)
        {
            _owners--;
            if (_owners == 0)
            {
                network.Dispose();
            }
        }
    }

    /// <summary>Features [N, 64] and probabilities [N, classes] of pictures, both on the CPU.</summary>
    /// <param name="count">Number of pictures, 1 or more.</param>
    /// <param name="source">Gives their pixels, one after the other.</param>
    /// <param name="batchSize">Pictures at once.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public (Tensor Features, Tensor Scores) Classify(int count, PictureTensor.PixelSource source, int batchSize, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ThrowIfFreed();
            using var scope = NewDisposeScope();
            var (features, scores) = (new List<Tensor>(), new List<Tensor>());
            for (int first = 0; first < count; first += batchSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int start = first;
                var batch = Classify(Math.Min(batchSize, count - first), (i, pixels) => source(start + i, pixels));
                features.Add(batch.Features);
                scores.Add(batch.Scores);
            }

            return (cat(features).MoveToOuterDisposeScope(), cat(scores).MoveToOuterDisposeScope());
        }
    }

    public void WriteWeights(Stream stream)
    {
        lock (_lock)
        {
            ThrowIfFreed();
            SafetensorsWriter.Write(stream, network.NamedTensors());
        }
    }

    private (Tensor Features, Tensor Scores) Classify(int count, PictureTensor.PixelSource source)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var features = network.Features(PictureTensor.Create(count, network.Channels, network.Size, source, network.Device));
        var scores = nn.functional.softmax(network.Logits(features), 1);
        return (features.cpu().MoveToOuterDisposeScope(), scores.cpu().MoveToOuterDisposeScope());
    }

    private void ThrowIfFreed() => ObjectDisposedException.ThrowIf(_owners == 0, typeof(SmallImageClassifierTransformer));
}
