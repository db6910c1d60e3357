using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>What the images of a batch are asked to be. Members that the network does not know are null. The tensors are the caller's.</summary>
/// <param name="Classes">Class of each image, int64 [B], the number of classes meaning none; null in an unconditional network.</param>
/// <param name="Portrait">1 for each portrait and 0 for each landscape, int64 [B]; null in a network without portrait flag.</param>
internal readonly record struct ImageConditions(Tensor? Classes, Tensor? Portrait);
