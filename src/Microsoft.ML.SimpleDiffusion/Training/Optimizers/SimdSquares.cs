using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training.Optimizers;

/// <summary>Sums of squares on the CPU, in double precision and in a fixed order, wherever the numbers lie and whatever threads there are.</summary>
internal static class SimdSquares
{
    /// <param name="buffer">A buffer on the CPU.</param>
    /// <param name="range">The numbers, which it holds.</param>
    public static double Sum(FlatBuffer buffer, FlatRange range)
    {
        using var part = buffer.Part(range);
        return Sum(MemoryMarshal.Cast<byte, float>(part.bytes));
    }

    private static double Sum(ReadOnlySpan<float> numbers)
    {
        Vector<double> low = Vector<double>.Zero, high = Vector<double>.Zero;
        int i = 0;
        for (; i <= numbers.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(numbers[i..]), out var first, out var second);
            low += first * first;
            high += second * second;
        }

        double sum = Vector.Sum(low + high);
        for (; i < numbers.Length; i++)
        {
            sum += (double)numbers[i] * numbers[i];
        }

        return sum;
    }
}
