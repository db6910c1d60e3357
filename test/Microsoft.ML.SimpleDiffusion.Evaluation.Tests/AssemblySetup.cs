using Microsoft.ML.SimpleDiffusion.TestSupport;

[assembly: Parallelize(Workers = 1, Scope = ExecutionScope.ClassLevel)]

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests;

/// <summary>
/// Loads libtorch before any test touches a tensor. One thread: tensors are so small here that threads would mostly wait for each other, and on a busy
/// machine for long.
/// </summary>
[TestClass]
public static class AssemblySetup
{
    [AssemblyInitialize]
    public static void LoadLibTorch(TestContext context) => CpuSetup.LoadLibTorch();
}
