using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.SimpleDiffusion.Fuzz;

/// <summary>Damages files the way that disks, networks and attackers do.</summary>
/// <param name="random">Decides everything.</param>
internal sealed class Mutator(Random random)
{
    private const int MaxMutations = 4;
    private const int MaxInserted = 64;

    private static readonly SearchValues<byte> NumberCharacters = SearchValues.Create("0123456789.eE+-"u8);

    private static readonly long[] Integers =
    [
        0, 1, -1, 7, 127, 128, 255, 256, short.MaxValue, ushort.MaxValue, 1 << 20, 100_000_000, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue,
    ];

    /// <summary>What may stand where JSON has a number.</summary>
    private static readonly string[] Numbers =
    [
        "-1", "0", "-0", "1", "3", "64", "65536", "2147483647", "2147483648", "-2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "18446744073709551615", "99999999999999999999999999", "0.5", "1e-320", "1e38", "1e308", "1e999", "-1e999", "00", "1.", "\"7\"", "null", "true", "[]", "[1]", "{}",
    ];

    /// <summary>What may stand where JSON has a text.</summary>
    private static readonly string[] Texts = ["null", "\"\"", "\"None\"", "\"F32\"", "\"\\u0000\"", "\"\\ud800\"", "1", "true", "[]", "[\"a\"]", "{}"];

    /// <summary>A damaged copy of one of the corpus, by one to four mutations.</summary>
    public byte[] Mutate(FuzzTarget target, IReadOnlyList<byte[]> corpus)
    {
        byte[] original = Pick(corpus), mutated = (byte[])original.Clone();
        int count = random.Next(1, random.Next(1, MaxMutations + 1) + 1);
        for (int i = 0; i < count && mutated.Length > 0; i++)
        {
            mutated = MutateOnce(mutated, corpus);
        }

        if (random.Next(2) == 0)
        {
            target.Repair(original, mutated);
        }

        return mutated;
    }

    private byte[] MutateOnce(byte[] input, IReadOnlyList<byte[]> corpus)
    {
        int at = random.Next(input.Length);
        int length = random.Next(1, Math.Min(MaxInserted, input.Length - at) + 1);
        switch (random.Next(10))
        {
            case 0:
                input[at] ^= (byte)(1 << random.Next(8));
                return input;
            case 1:
                input[at] = (byte)Pick(Integers);
                return input;
            case 2:
                OverwriteInteger(input.AsSpan(at));
                return input;
            case 3:
                return input[..at];
            case 4:
                return [.. input[..(at + length)], .. input[at..]];
            case 5:
                var inserted = new byte[length];
                random.NextBytes(inserted);
                return [.. input[..at], .. inserted, .. input[at..]];
            case 6:
                return [.. input[..at], .. input[(at + length)..]];
            case 7:
                byte[] other = Pick(corpus);
                return [.. input[..at], .. other[random.Next(other.Length)..]];
            case 8:
                return ReplaceText(input, at);
            default:
                return ReplaceNumber(input, at);
        }
    }

    private void OverwriteInteger(Span<byte> destination)
    {
        var bytes = new byte[sizeof(long)];
        int size = 1 << random.Next(1, 4);
        long value = Pick(Integers);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        var number = bytes.AsSpan(0, size);
        if (random.Next(2) == 0)
        {
            number.Reverse();
        }

        number[..Math.Min(size, destination.Length)].CopyTo(destination);
    }

    /// <summary>Replaces the next number written in digits; a file that has none stays as it is.</summary>
    private byte[] ReplaceNumber(byte[] input, int from)
    {
        int start = input.AsSpan(from).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (start < 0)
        {
            return input;
        }

        start += from;
        int length = input.AsSpan(start).IndexOfAnyExcept(NumberCharacters);
        int end = length < 0 ? input.Length : start + length;
        return [.. input[..start], .. Encoding.ASCII.GetBytes(Pick(Numbers)), .. input[end..]];
    }

    /// <summary>Replaces what stands between the next two quotation marks, if there are two.</summary>
    private byte[] ReplaceText(byte[] input, int from)
    {
        int start = input.AsSpan(from).IndexOf((byte)'"') + from;
        int length = start < from ? -1 : input.AsSpan(start + 1).IndexOf((byte)'"');
        return length < 0 ? input : [.. input[..start], .. Encoding.UTF8.GetBytes(Pick(Texts)), .. input[(start + length + 2)..]];
    }

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
