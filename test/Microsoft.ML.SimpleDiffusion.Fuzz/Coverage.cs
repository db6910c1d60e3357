using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Microsoft.ML.SimpleDiffusion.Fuzz;

/// <summary>
/// Which branches an input takes, in assemblies that SharpFuzz has instrumented (build/fuzz.sh does it); in others nothing is seen, and every input looks like
/// the ones before.
/// </summary>
internal static unsafe class Coverage
{
    private const int Size = 1 << 16;

    private static readonly byte* Map = (byte*)NativeMemory.AllocZeroed(Size);

    /// <summary>Instrumented code writes to the map from its first branch on.</summary>
    [ModuleInitializer]
    internal static void Start() => Trace.SharedMem = Map;

    /// <summary>Forgets what the inputs before took.</summary>
    public static void Clear()
    {
        new Span<byte>(Map, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Adds what was taken since <see cref="Clear"/> to what has been seen.</summary>
    /// <param name="seen">For each pair of branches, how often it was taken: a bit for each of eight orders of magnitude, as AFL counts.</param>
    /// <returns>Whether any of it is new.</returns>
    public static bool AddTo(byte[] seen)
    {
        bool isNew = false;
        var map = new ReadOnlySpan<byte>(Map, Size);
        for (int i = map.IndexOfAnyExcept((byte)0); i >= 0 && i < Size; i++)
        {
            byte bucket = Bucket(map[i]);
            isNew |= (bucket & ~seen[i]) != 0;
            seen[i] |= bucket;
        }

        return isNew;
    }

    public static byte[] NewMap() => new byte[Size];

    private static byte Bucket(byte count) => count switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
