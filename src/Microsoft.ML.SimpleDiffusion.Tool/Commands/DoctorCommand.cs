using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Tool.LibTorch;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary><c>simple-diffusion doctor</c>: what this machine has, what it lacks, and how fast it is.</summary>
internal static class DoctorCommand
{
    public static System.CommandLine.Command Create(CommandRunner runner)
    {
        var command = new System.CommandLine.Command("doctor", "Checks what is installed and what is missing, and measures how fast this machine computes.");
        runner.SetAction(command, (result, session) =>
        {
            session.Screen.Table(Machine());
            if (TorchLibrary.Find() is null && result.GetValue(runner.Common.LibTorch) is null)
            {
                session.Screen.Table([("libtorch", "missing")]);
            }

            session.RequireLibTorch();
            Interop.Native.LibTorch.EnsureLoaded();
            session.Screen.Table(Torch(session.Compute));
            session.Screen.Done("This machine can train and generate.");
        });
        return command;
    }

    private static IEnumerable<(string Name, string Value)> Machine()
    {
        yield return ("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}");
        yield return (".NET", RuntimeInformation.FrameworkDescription);
        yield return ("cores", Invariant($"{Environment.ProcessorCount}"));
        yield return ("vector units", VectorUnits());
        yield return ("memory", Invariant($"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30):F1} GB"));
    }

    private static string VectorUnits() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.Arm64 => "NEON",
        _ when Avx512F.IsSupported => "AVX-512",
        _ when Avx2.IsSupported => "AVX2",
        _ => Invariant($"{(Vector128.IsHardwareAccelerated ? 128 : 0)} bits only: training will be slow"),
    };

    private static IEnumerable<(string Name, string Value)> Torch(ComputeOptions compute)
    {
        yield return ("libtorch", TorchLibrary.Find() ?? "beside the program");
        yield return ("GPU", Interop.Native.LibTorch.DescribeCudaUnavailable() ?? "can be used");
        var target = ComputeTarget.Resolve(compute);
        yield return ("computes on", target.Describe());
        if (target.Warning is string warning)
        {
            yield return ("but", warning);
        }

        yield return ("matrix products", Invariant($"{MatrixPeak.Measure(target) / 1e9:N0} GFLOP/s"));
    }
}
