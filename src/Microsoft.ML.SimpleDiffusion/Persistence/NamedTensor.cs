using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>A tensor under the name it has in files. Does not own the tensor.</summary>
internal readonly record struct NamedTensor(string Name, Tensor Tensor);
