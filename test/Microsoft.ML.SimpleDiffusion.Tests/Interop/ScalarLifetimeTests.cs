using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests.Interop;

/// <summary>A server's request once failed with "Expected false to be true": the garbage collector had freed a number that libtorch was reading.</summary>
[TestClass]
public class ScalarLifetimeTests
{
    [TestMethod]
    public void Numbers_that_the_collector_has_taken_can_still_be_read()
    {
        LibTorch.EnsureLoaded();
        Assert.IsTrue(ScalarLifetime.IsExtended, "This runtime describes methods in another way.");

        nint[] collected = MakeNumbers(1000);
        GC.Collect();
        GC.WaitForPendingFinalizers();

        foreach (nint scalar in collected)
        {
            Assert.AreEqual((byte)torch.ScalarType.Float64, TypeOf(scalar));
        }
    }

    [TestMethod]
    public void Numbers_are_kept_once_however_often_it_is_asked_for()
    {
        LibTorch.EnsureLoaded();

        ScalarLifetime.Extend();
        ScalarLifetime.Extend();
        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.AreEqual(4, (torch.ones(1) + 3).item<float>());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint[] MakeNumbers(int count)
    {
        var handle = typeof(Scalar).GetProperty("Handle", BindingFlags.Instance | BindingFlags.NonPublic)!;
        return [.. Enumerable.Range(0, count).Select(i => (nint)handle.GetValue((Scalar)(double)i)!)];
    }

    private static byte TypeOf(nint scalar)
        => (byte)typeof(Scalar).Assembly.GetType("TorchSharp.PInvoke.NativeMethods", throwOnError: true)!
            .GetMethod("THSTorch_scalar_type", BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, [scalar])!;
}
