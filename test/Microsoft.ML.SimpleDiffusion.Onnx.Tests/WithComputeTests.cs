using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests;

/// <summary>A loaded model can be told where to compute.</summary>
[TestClass]
public class WithComputeTests
{
    private static readonly TemporaryFolder Folder = new();
    private static ModelPair s_pair = null!;

    [ClassInitialize]
    public static void Save(TestContext context)
    {
        // With a file of each kind.
        s_pair = new ModelPair(new NetworkCase(NetworkArchitecture.UVit, Condition: ConditionKind.Text), export: new OnnxExportOptions { ExternalDataFromBytes = 1 });
        using var transformer = s_pair.Open(new OnnxGenerationOptions { Sampling = new SamplingOptions { Steps = 3 }, OutputColumnName = "Drawing" });
        s_pair.Context.Model.Save(transformer, AskedRow.View(s_pair.Context).Schema, Folder.File("model.zip"));
    }

    [ClassCleanup]
    public static void Dispose()
    {
        s_pair.Dispose();
        Folder.Dispose();
    }

    [TestMethod]
    public void Copy_outlives_its_original_and_keeps_columns_and_sampling()
    {
        var loaded = Load();
        float[] expected = s_pair.Generate(loaded);

        using var copy = loaded.WithCompute(OnnxDevice.Cpu, threads: 2);
        loaded.Dispose();

        AssertSame(expected, s_pair.Generate(copy));
        Assert.AreEqual("Drawing", copy.Options.OutputColumnName);
        Assert.AreEqual(3, copy.Options.Sampling.Steps);
    }

    [TestMethod]
    public void Original_outlives_its_copy()
    {
        using var loaded = Load();
        float[] expected = s_pair.Generate(loaded);

        loaded.WithCompute(threads: 1).Dispose();

        CollectionAssert.AreEqual(expected, s_pair.Generate(loaded));
    }

    [TestMethod]
    public void Copy_can_be_saved_and_copied()
    {
        using var loaded = Load();
        using var copy = loaded.WithCompute(OnnxDevice.Cpu, threads: 1);
        using var again = copy.WithCompute(OnnxDevice.Cpu, threads: 1);
        s_pair.Context.Model.Save(again, null, Folder.File("again.zip"));

        using var saved = (SimpleDiffusionOnnxTransformer)s_pair.Context.Model.Load(Folder.File("again.zip"), out _);

        AssertSame(s_pair.Generate(copy), s_pair.Generate(saved));
    }

    [TestMethod]
    public void Threads_are_as_many_as_asked_for()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Inconclusive("Skipped: threads are counted in /proc.");
        }

        using var loaded = Load();
        int before = Threads();
        using var one = loaded.WithCompute(OnnxDevice.Cpu, threads: 1);
        int withOne = Threads();
        using var many = loaded.WithCompute(OnnxDevice.Cpu, threads: 41);
        int withMany = Threads();

        // Two sessions, of the network and of the text encoder, each with the caller as one of its threads. Those of .NET come and go.
        Assert.IsLessThan(before + 20, withOne);
        Assert.IsGreaterThanOrEqualTo(withOne + 60, withMany);

        static int Threads() => Directory.GetDirectories("/proc/self/task").Length;
    }

    [TestMethod]
    public void Sessions_may_be_the_users_own()
    {
        using var loaded = Load();
        using var session = new SessionOptions { ProfileOutputPathPrefix = Folder.File("profile"), EnableProfiling = true, IntraOpNumThreads = 1 };

        using (var own = loaded.WithCompute(session))
        {
            AssertSame(s_pair.Generate(loaded), s_pair.Generate(own));
        }

        Assert.IsNotEmpty(Directory.GetFiles(Folder.Path, "profile*.json"));
    }

    [TestMethod]
    public void Sampling_can_be_changed_afterwards_without_other_sessions()
    {
        using var loaded = Load();
        using var copy = loaded.WithCompute(OnnxDevice.Cpu, threads: 1);
        using var sampled = copy.WithSampling(new SamplingOptions { Steps = 2 });

        Assert.AreEqual(2, sampled.Options.Sampling.Steps);
        Assert.HasCount(s_pair.Generate(copy).Length, s_pair.Generate(sampled));
    }

    [TestMethod]
    public void Copies_leave_no_files_behind()
    {
        string[] before = Temporary();
        using (var loaded = Load())
        {
            loaded.WithCompute(OnnxDevice.Cpu).Dispose();
        }

        CollectionAssert.AreEquivalent(before, Temporary());

        static string[] Temporary() => Directory.GetDirectories(Path.GetTempPath(), "simple-diffusion-onnx-*");
    }

    [TestMethod]
    public void Errors_name_the_argument()
    {
        using var loaded = Load();

        AssertRefused("Device", () => loaded.WithCompute((OnnxDevice)9));
        AssertRefused("DeviceIndex", () => loaded.WithCompute(OnnxDevice.Cpu, deviceIndex: -1));
        AssertRefused("Threads", () => loaded.WithCompute(OnnxDevice.Cpu, threads: 0));
        Assert.AreEqual("session", Assert.ThrowsExactly<ArgumentNullException>(() => loaded.WithCompute(null!)).ParamName);

        static void AssertRefused(string name, Func<SimpleDiffusionOnnxTransformer> act) => Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentOutOfRangeException>(act).ParamName);
    }

    [TestMethod]
    public void GPU_that_the_build_of_ONNX_Runtime_does_not_know_is_refused_and_the_original_goes_on()
    {
        using var loaded = Load();
        if (OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
        {
            Assert.Inconclusive("Skipped: this build of ONNX Runtime knows GPUs.");
        }

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => loaded.WithCompute(OnnxDevice.Cuda));

        Assert.Contains("the application brings the CPU build of ONNX Runtime", error.Message);
        Assert.IsNotEmpty(s_pair.Generate(loaded));
    }

    [TestMethod]
    public void Disposed_transformer_is_not_copied()
    {
        var loaded = Load();
        loaded.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => loaded.WithCompute(OnnxDevice.Cpu));
    }

    private static SimpleDiffusionOnnxTransformer Load() => (SimpleDiffusionOnnxTransformer)s_pair.Context.Model.Load(Folder.File("model.zip"), out _);

    private static void AssertSame(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        Assert.AreEqual(0, expected.Zip(actual, (a, b) => Math.Abs(a - b)).Count(difference => difference > 1), "bytes off by more than a level");
    }
}
