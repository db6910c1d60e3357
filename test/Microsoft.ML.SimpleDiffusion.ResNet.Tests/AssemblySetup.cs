using Microsoft.ML.SimpleDiffusion.TestSupport;

[assembly: Parallelize(Workers = 1, Scope = ExecutionScope.ClassLevel)]

namespace Microsoft.ML.SimpleDiffusion.ResNet.Tests;

/// <summary>Loads libtorch before any test touches a tensor.</summary>
[TestClass]
public static class AssemblySetup
{
    [AssemblyInitialize]
    public static void LoadLibTorch(TestContext context) => CpuSetup.LoadLibTorch();
}
