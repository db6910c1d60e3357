using Microsoft.ML.SimpleDiffusion.Randomness;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>Trains the small classifier with AdamW, a learning rate that rises and falls once, and smoothed labels.</summary>
/// <param name="network">The network, initialised.</param>
/// <param name="images">Images with classes.</param>
/// <param name="options">Epochs, batch size and the like.</param>
internal sealed class ClassifierTraining(ClassifierNetwork network, ImageSelection images, SmallImageClassifierOptions options)
{
    private const double WeightDecay = 0.05;
    private const double LabelSmoothing = 0.1;

    /// <param name="log">Is told the loss of each epoch.</param>
    /// <param name="cancellationToken">Checked before each step.</param>
    public void Run(Action<string> log, CancellationToken cancellationToken)
    {
        network.SetTraining(true);
        int stepsPerEpoch = (images.Count + options.BatchSize - 1) / options.BatchSize;
        using var optimizer = optim.AdamW(network.Parameters, options.LearningRate, weight_decay: WeightDecay);
        var decay = optim.lr_scheduler.OneCycleLR(optimizer, options.LearningRate, total_steps: (options.Epochs * stepsPerEpoch) + 1);
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            double loss = 0;
            foreach (int[] batch in StatelessRandom.Permutation(images.Count, (uint)options.Seed, (ulong)epoch).Chunk(options.BatchSize))
            {
                cancellationToken.ThrowIfCancellationRequested();
                loss += Step(optimizer, batch, epoch) * batch.Length / images.Count;
                decay.step();
            }

            log(FormattableString.Invariant($"Small classifier: epoch {epoch + 1} of {options.Epochs}, loss {loss:F3}."));
        }

        network.SetTraining(false);
    }

    private double Step(optim.Optimizer optimizer, int[] positions, int epoch)
    {
        using var scope = NewDisposeScope();
        var x = images.ToTensor(positions, network.Device);
        if (options.RandomHorizontalFlip)
        {
            var mirrored = tensor(positions.Select(position => IsMirrored(position, epoch)).ToArray(), device: network.Device).view(-1, 1, 1, 1);
            x = where(mirrored, x.flip(3), x);
        }

        var classes = tensor(positions.Select(position => (long)images.ClassOf(position)).ToArray(), device: network.Device);
        var loss = nn.functional.cross_entropy(network.Logits(network.Features(x)), classes, label_smoothing: LabelSmoothing);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    private bool IsMirrored(int position, int epoch)
        => StatelessRandom.Uniform((uint)options.Seed, RandomPurpose.Flip, (ulong)epoch, (ulong)position) < 0.5;
}
