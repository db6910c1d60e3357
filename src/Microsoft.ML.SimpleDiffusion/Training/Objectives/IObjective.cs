using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Objectives;

/// <summary>What a training minimizes.</summary>
internal interface IObjective
{
    /// <summary>Evaluations of a network of this size for one image, beside its own forward and backward pass.</summary>
    double EvaluationsBeside { get; }

    /// <summary>
    /// Mean loss of a batch, a float32 scalar on the device with the graph that leads to it. The caller's. Its value is what is reported and its gradient what is
    /// followed, which may be that of another function.
    /// </summary>
    /// <param name="batch">Examples on the CPU. Their step and micro-step are the key of all that is drawn.</param>
    Tensor Loss(TrainingBatch batch);

    /// <summary>Loss of each of some held-out images, float32 [B], with the model as it is now.</summary>
    /// <param name="x">Images on the device, -1 to 1 [B, C, H, W].</param>
    /// <param name="noise">Their noise [B, C, H, W].</param>
    /// <param name="times">Their diffusion times [B], 0 to 1.</param>
    /// <param name="conditions">What they show.</param>
    Tensor Losses(Tensor x, Tensor noise, double[] times, ImageConditions conditions);
}
