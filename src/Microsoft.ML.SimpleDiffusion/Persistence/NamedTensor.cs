using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>A tensor under the name it has in files. Does not own the tensor.</summary>
internal readonly record struct NamedTensor(string Name, Tensor Tensor)
{
    /// <summary>Disposes of tensors that were made only to be named, such as views.</summary>
    public static void DisposeAll(IEnumerable<NamedTensor> tensors)
    {
        foreach (var named in tensors)
        {
            named.Tensor.Dispose();
        }
    }
}
