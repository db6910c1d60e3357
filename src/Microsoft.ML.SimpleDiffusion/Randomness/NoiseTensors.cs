using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Randomness;

/// <summary>Standard normal noise, each row from a key of its own: the same numbers however many threads draw them.</summary>
internal static class NoiseTensors
{
    /// <param name="shape">Rows first.</param>
    /// <param name="threads">Threads that draw.</param>
    /// <param name="purpose">What the noise is for.</param>
    /// <param name="keyOf">Seed, step and number of a row.</param>
    /// <returns>Float32 on the CPU.</returns>
    public static Tensor Create(long[] shape, int threads, RandomPurpose purpose, Func<int, (ulong Seed, ulong Step, ulong Row)> keyOf)
    {
        var noise = empty(shape, dtype: ScalarType.Float32, device: CPU);
        Parallel.For(0, (int)shape[0], new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            // Row by row, because a span over all could be too long.
            using var row = noise[i];
            var (seed, step, number) = keyOf(i);
            StatelessRandom.FillNormal(MemoryMarshal.Cast<byte, float>(row.bytes), seed, purpose, step, number);
        });
        return noise;
    }
}
