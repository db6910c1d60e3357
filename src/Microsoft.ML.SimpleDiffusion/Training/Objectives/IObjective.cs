using Microsoft.ML.SimpleDiffusion.Training.Feed;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Objectives;

/// <summary>What a training minimizes.</summary>
internal interface IObjective
{
    /// <summary>Mean loss of a batch, a float32 scalar on the device with the graph that leads to it. The caller's.</summary>
    /// <param name="batch">Examples on the CPU. Their step and micro-step are the key of all that is drawn.</param>
    Tensor Loss(TrainingBatch batch);
}
