using Microsoft.ML.SimpleDiffusion.Interop.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Compute;

/// <summary>
/// Whether oneDNN, which computes libtorch's convolutions on a CPU, computes right on this machine. On a virtual machine with a Zen 5 processor it did not: what
/// fills channels up to a multiple of 16 was not zero but what the memory had held before, so that gradients, and predictions in bfloat16, were garbage without
/// a word. Some small convolutions are compared with the same as products of matrices. Where only those differ whose channels are no multiple of 16, the
/// networks fill channels up themselves; where others differ too, oneDNN is off for the process: libtorch's own convolutions are right, and several times slower.
/// </summary>
internal static class ConvolutionCheck
{
    /// <summary>Channels are filled up to a multiple of this where oneDNN cannot do it.</summary>
    public const int Block = 16;

    /// <summary>Said where oneDNN is off.</summary>
    public const string Warning =
        "oneDNN, which computes libtorch's convolutions, computes them wrong on this processor, and is switched off. Training and generation are right, but slower; another machine or version of libtorch would be faster.";

    private const int Side = 8, Images = 2;

    /// <summary>Relative to the largest number: what roundings add up to, and far less than garbage.</summary>
    private const double Tolerance = 0.05;

    private static readonly Lazy<OneDnnUse> Result = new(Run);

    /// <summary>How it may be used. Asked first, it finds out; libtorch is loaded.</summary>
    public static OneDnnUse OneDnn => Result.Value;

    private static OneDnnUse Run()
    {
        // Channels that are no multiple of 16, of inputs, outputs or both.
        if (AreRight([(8, 8), (16, 3), (3, 16)]))
        {
            return OneDnnUse.AnyChannels;
        }

        // The next that libtorch would try, with a warning at each convolution where it does not know the processor.
        TorchFunctions.SetNnpackEnabled(false);
        if (AreRight([(16, 16), (16, 48), (64, 32)]))
        {
            return OneDnnUse.FullBlocks;
        }

        TorchFunctions.SetOneDnnEnabled(false);
        return OneDnnUse.None;
    }

    private static bool AreRight((int Inputs, int Outputs)[] layers)
    {
        ScalarType[] types = [ScalarType.Float32, ScalarType.BFloat16];
        int[] kernels = [1, 3];
        return layers.All(layer => kernels.All(kernel => types.All(type => IsRight(layer.Inputs, layer.Outputs, kernel, type))));
    }

    private static bool IsRight(int inputs, int outputs, int size, ScalarType type)
    {
        using var scope = NewDisposeScope();
        LeaveNoZerosInFreedMemory();
        var expected = Compute(inputs, outputs, size, type, ScalarType.Float32, (x, kernel) => kernel.view(outputs, -1).matmul(nn.functional.unfold(x, size, padding: size / 2)).view(Images, outputs, Side, Side));
        var actual = Compute(inputs, outputs, size, type, type, (x, kernel) => nn.functional.conv2d(x, kernel, padding: [size / 2, size / 2]));
        return expected.Zip(actual).All(pair => IsClose(pair.First, pair.Second));
    }

    private static bool IsClose(Tensor expected, Tensor actual) => (expected - actual).abs().max().item<float>() <= Tolerance * expected.abs().max().item<float>();

    /// <summary>A convolution and its gradients, of numbers of one type, computed in another.</summary>
    private static Tensor[] Compute(int inputs, int outputs, int size, ScalarType numbers, ScalarType type, Func<Tensor, Tensor, Tensor> convolve)
    {
        using var grad = enable_grad();
        Tensor x = Numbers(Images, inputs, Side, Side).requires_grad_(), kernel = Numbers(outputs, inputs, size, size).requires_grad_();
        var y = convolve(x, kernel);
        y.backward([Numbers(Images, outputs, Side, Side)]);
        return [.. new[] { y.detach(), x.grad!, kernel.grad! }.Select(tensor => tensor.to(ScalarType.Float32))];

        Tensor Numbers(params long[] shape)
            => arange(shape.Aggregate(1L, (product, side) => product * side), dtype: ScalarType.Float32, device: CPU).sin().view(shape).to(numbers).to(type);
    }

    /// <summary>New memory is zero by chance, and would hide what is read without having been written.</summary>
    private static void LeaveNoZerosInFreedMemory()
    {
        using var scope = NewDisposeScope();
        for (int length = 1 << 8; length <= 1 << 16; length *= 2)
        {
            for (int copy = 0; copy < 4; copy++)
            {
                _ = full(length, float.NaN, dtype: ScalarType.Float32, device: CPU);
            }
        }
    }
}
