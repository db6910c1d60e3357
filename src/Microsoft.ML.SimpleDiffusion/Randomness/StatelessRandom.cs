using System.Numerics.Tensors;

namespace Microsoft.ML.SimpleDiffusion.Randomness;

/// <summary>
/// Random numbers that are pure functions of (seed, purpose, step, row): the same on every device, for every batch size and thread count,
/// and after every resume.
/// </summary>
internal static class StatelessRandom
{
    private const int ChunkLength = 1024;

    /// <summary>64 random bits.</summary>
    public static ulong Bits(ulong seed, RandomPurpose purpose, ulong step, ulong row)
    {
        var (x0, x1, _, _) = Block(seed, purpose, step, row, 0);
        return ((ulong)x1 << 32) | x0;
    }

    /// <summary>A number uniform in [0, 1) with 53 random bits.</summary>
    public static double Uniform(ulong seed, RandomPurpose purpose, ulong step, ulong row)
        => (Bits(seed, purpose, step, row) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Fills <paramref name="destination"/> with independent standard normal numbers (Box and Muller 1958).</summary>
    public static void FillNormal(Span<float> destination, ulong seed, RandomPurpose purpose, ulong step, ulong row)
    {
        Span<float> radius = stackalloc float[ChunkLength];
        Span<float> angle = stackalloc float[ChunkLength];
        uint block = 0;
        while (!destination.IsEmpty)
        {
            for (int i = 0; i < ChunkLength; i += 2)
            {
                var (x0, x1, x2, x3) = Block(seed, purpose, step, row, block++);
                radius[i] = ToOpenUnit(x0);
                angle[i] = ToTurn(x1);
                radius[i + 1] = ToOpenUnit(x2);
                angle[i + 1] = ToTurn(x3);
            }

            TensorPrimitives.Log(radius, radius);
            TensorPrimitives.Multiply(radius, -2f, radius);
            TensorPrimitives.Sqrt(radius, radius);
            destination = FillWithProduct(destination, radius, angle, cosine: true);
            destination = FillWithProduct(destination, radius, angle, cosine: false);
        }
    }

    /// <summary>A permutation of 0 .. count - 1 (Fisher and Yates), a pure function of seed and epoch.</summary>
    public static int[] Permutation(int count, ulong seed, ulong epoch)
    {
        var order = new int[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        for (int i = count - 1; i > 0; i--)
        {
            // The high half of a 64-bit product with the bound is uniform up to a bias of bound / 2^64.
            int j = (int)Math.BigMul(Bits(seed, RandomPurpose.Shuffle, epoch, (ulong)i), (ulong)(i + 1), out _);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private static (uint X0, uint X1, uint X2, uint X3) Block(ulong seed, RandomPurpose purpose, ulong step, ulong row, uint block)
    {
        // 128 bits of counter hold the block and 96 bits of (step, row, purpose); the rest of step and row goes into the key.
        ulong key = seed ^ ((step >> 32) * 0x9E3779B97F4A7C15UL) ^ ((row >> 32) * 0xC2B2AE3D27D4EB4FUL) ^ ((ulong)purpose << 56);
        return Philox4x32.Block((uint)key, (uint)(key >> 32), block, (uint)row, (uint)step, (uint)purpose);
    }

    private static Span<float> FillWithProduct(Span<float> destination, scoped ReadOnlySpan<float> radius, scoped ReadOnlySpan<float> angle, bool cosine)
    {
        int length = Math.Min(destination.Length, radius.Length);
        var target = destination[..length];
        if (cosine)
        {
            TensorPrimitives.CosPi(angle[..length], target);
        }
        else
        {
            TensorPrimitives.SinPi(angle[..length], target);
        }

        TensorPrimitives.Multiply(target, radius[..length], target);
        return destination[length..];
    }

    /// <summary>Uniform in (0, 1]: never 0, whose logarithm is infinite.</summary>
    private static float ToOpenUnit(uint bits) => ((bits >> 8) + 1) * (1f / (1 << 24));

    /// <summary>Uniform in [-1, 1): half turns.</summary>
    private static float ToTurn(uint bits) => ((int)bits >> 8) * (1f / (1 << 23));
}
