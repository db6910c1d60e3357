using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>
/// Lets the numbers in expressions outlive the calls that read them. For each number (and for each sum of tensors, which has a factor of 1) TorchSharp
/// 0.107.0 makes a <see cref="Scalar"/>, hands libtorch its address and forgets the object: if another thread makes the garbage collector run at that
/// moment, the number is freed while libtorch reads it. Libtorch then fails with "Expected false to be true", about once in 20,000 collections. So what
/// the collector frees is kept for a while longer than any call reads a number.
/// </summary>
internal static unsafe class ScalarLifetime
{
    private const string FreeFunction = "THSTorch_dispose_scalar";
    private const int MethodDescriptionWords = 8;
    private static readonly TimeSpan Extension = TimeSpan.FromSeconds(10);

    private static readonly Lock Gate = new();
    private static readonly Queue<(nint Scalar, long FreedAt)> Freed = new();
    private static delegate* unmanaged<nint, void> _free;

    /// <summary>Whether numbers are kept. False on a runtime whose description of a method is another.</summary>
    public static bool IsExtended => _free is not null;

    /// <summary>Extends it, for the process; libtorch is loaded.</summary>
    public static void Extend()
    {
        lock (Gate)
        {
            if (IsExtended)
            {
                return;
            }

            var torchSharp = typeof(Scalar).Assembly;
            var method = torchSharp.GetType("TorchSharp.PInvoke.NativeMethods", throwOnError: true)!.GetMethod(FreeFunction, BindingFlags.Static | BindingFlags.NonPublic)!;
            Marshal.Prelink(method);
            nint function = 0;
            bool isFound = NativeLibrary.TryLoad("LibTorchSharp", torchSharp, searchPath: null, out nint library) && NativeLibrary.TryGetExport(library, FreeFunction, out function);
            nint* target = isFound ? FindTarget(method, function) : null;
            if (target is not null)
            {
                _free = (delegate* unmanaged<nint, void>)function;
                Volatile.Write(ref *target, (nint)(delegate* unmanaged<nint, void>)&Keep);
            }
        }
    }

    /// <summary>The word in the runtime's description of the method that holds the address of the native function: known by its value, which nothing else has.</summary>
    private static nint* FindTarget(MethodInfo method, nint function)
    {
        var words = (nint*)method.MethodHandle.Value;
        int index = new ReadOnlySpan<nint>(words, MethodDescriptionWords).IndexOf(function);
        return index < 0 ? null : words + index;
    }

    [UnmanagedCallersOnly]
    private static void Keep(nint scalar)
    {
        long now = Environment.TickCount64;
        lock (Gate)
        {
            Freed.Enqueue((scalar, now));
            while (Freed.TryPeek(out var oldest) && now - oldest.FreedAt > (long)Extension.TotalMilliseconds)
            {
                _free(Freed.Dequeue().Scalar);
            }
        }
    }
}
