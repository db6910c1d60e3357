using Microsoft.ML.SimpleDiffusion.Compute;

[assembly: Parallelize(Workers = 1, Scope = ExecutionScope.ClassLevel)]

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Loads libtorch before any test touches a tensor.</summary>
[TestClass]
public static class AssemblySetup
{
    [AssemblyInitialize]
    public static void LoadLibTorch(TestContext context) => ComputeTarget.Resolve(new ComputeOptions { Device = ComputeDevice.Cpu });
}
