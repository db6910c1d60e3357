using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests;

[TestClass]
public class TransformerTests
{
    private static ModelPair s_pair = null!;

    [ClassInitialize]
    public static void Export(TestContext context) => s_pair = new ModelPair(new NetworkCase(NetworkArchitecture.UVit, PatchingType.Dwt, 1, ConditionKind.Class));

    [ClassCleanup]
    public static void Dispose() => s_pair.Dispose();

    [TestMethod]
    [DataRow(1L)]
    [DataRow(long.MaxValue)]
    public void Saved_model_generates_the_same_after_loading_when_the_files_are_gone(long externalFrom)
    {
        using var folder = new TemporaryFolder();
        string zip = folder.File("model.zip");
        float[] expected;
        var pair = new ModelPair(new NetworkCase(NetworkArchitecture.UNet, Condition: ConditionKind.Text), export: new OnnxExportOptions { ExternalDataFromBytes = Math.Min(externalFrom, 1_900_000_000) });
        using (pair)
        using (var transformer = pair.Open(new OnnxGenerationOptions { Sampling = new SamplingOptions { Steps = 3, GuidanceScale = 2 } }))
        {
            expected = pair.Generate(transformer);
            pair.Context.Model.Save(transformer, AskedRow.View(pair.Context).Schema, zip);
        }

        var loaded = (SimpleDiffusionOnnxTransformer)pair.Context.Model.Load(zip, out _);
        using (loaded)
        {
            Assert.AreEqual(3, loaded.Options.Sampling.Steps);
            CollectionAssert.AreEqual(expected, pair.Generate(loaded));

            // And what has been loaded can be saved.
            pair.Context.Model.Save(loaded, null, folder.File("again.zip"));
        }

        using var again = (SimpleDiffusionOnnxTransformer)pair.Context.Model.Load(folder.File("again.zip"), out _);
        CollectionAssert.AreEqual(expected, pair.Generate(again));
    }

    [TestMethod]
    public void Process_without_libtorch_loads_and_generates_and_ONNX_Runtime_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        string zip = folder.File("model.zip"), home = folder.File("home");
        Directory.CreateDirectory(home);
        using var transformer = s_pair.Open();
        s_pair.Context.Model.Save(transformer, null, zip);
        double expected = ModelPair.Generate(transformer, s_pair.Context.Data.LoadFromEnumerable([new AskedRow { Label = "b", Seed = 5 }])).Sum(value => (double)value);

        var (exitCode, output, errors) = TestHostProcess.Run([zip, ModelPair.Pixels, "b"], ("HOME", home), ("XDG_CACHE_HOME", Path.Combine(home, ".cache")), ("TMPDIR", folder.Path), ("SIMPLE_DIFFUSION_LIBTORCH", home));

        Assert.AreEqual(0, exitCode, errors);
        string[] lines = output.Split('\n');
        Assert.AreEqual(expected, double.Parse(lines[0], CultureInfo.InvariantCulture), 3);
        if (OperatingSystem.IsLinux())
        {
            Assert.AreEqual(string.Empty, lines[1], "torch libraries in memory");
            Assert.AreEqual("True", lines[2], "ONNX Runtime in memory");
            Assert.IsFalse(Directory.EnumerateFileSystemEntries(home, "*", SearchOption.AllDirectories).Any(path => path.Contains("onnx", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".db", StringComparison.Ordinal)));
            Assert.IsEmpty(Directory.EnumerateDirectories(folder.Path, "simple-diffusion-onnx-*"));
        }
    }

    [TestMethod]
    public void Prediction_engine_generates_what_a_view_does()
    {
        using var transformer = s_pair.Open();
        using var engine = s_pair.Context.Model.CreatePredictionEngine<AskedRow, Generated>(transformer);
        var row = AskedRow.Rows(1)[0];

        var generated = engine.Predict(row);

        CollectionAssert.AreEqual(ModelPair.Generate(transformer, s_pair.Context.Data.LoadFromEnumerable([row])), generated.Pixels);
        Assert.AreEqual(16, generated.GeneratedImage!.Width);
    }

    [TestMethod]
    public void Calls_from_several_threads_generate_what_one_does()
    {
        using var transformer = s_pair.Open();
        float[] expected = s_pair.Generate(transformer);

        var results = new float[4][];
        Parallel.For(0, results.Length, i => results[i] = s_pair.Generate(transformer));

        foreach (float[] result in results)
        {
            CollectionAssert.AreEqual(expected, result);
        }
    }

    [TestMethod]
    public void Model_lives_until_its_last_owner_is_disposed_of()
    {
        var transformer = s_pair.Open();
        var other = transformer.WithSampling(new SamplingOptions { Steps = 2 });
        float[] expected = s_pair.Generate(other);
        transformer.Dispose();
        transformer.Dispose();

        CollectionAssert.AreEqual(expected, s_pair.Generate(other));
        Assert.ThrowsExactly<ObjectDisposedException>(() => transformer.Transform(AskedRow.View(s_pair.Context)));
        Assert.ThrowsExactly<ObjectDisposedException>(() => transformer.WithSampling(new SamplingOptions()));
        other.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => other.Transform(AskedRow.View(s_pair.Context)));
    }

    [TestMethod]
    public void Sessions_may_be_the_users_own()
    {
        using var session = new SessionOptions { IntraOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        using var own = s_pair.Open(new OnnxGenerationOptions { SessionOptions = session });
        using var plain = s_pair.Open();

        int differing = s_pair.Generate(own).Zip(s_pair.Generate(plain), (a, b) => Math.Abs(a - b)).Count(difference => difference > 1);

        Assert.AreEqual(0, differing);
    }

    [TestMethod]
    public void Columns_may_have_other_names()
    {
        using var transformer = s_pair.Open(new OnnxGenerationOptions { OutputColumnName = "Drawing", ConditionColumnName = "Negative", OutputPixelsColumnName = "Numbers" });

        var schema = transformer.GetOutputSchema(AskedRow.View(s_pair.Context).Schema);

        Assert.IsNotNull(schema.GetColumnOrNull("Drawing"));
        Assert.IsNotNull(schema.GetColumnOrNull("Numbers"));
        Assert.AreEqual("Negative", transformer.Options.ConditionColumnName);
    }

    [TestMethod]
    public void Estimator_knows_its_columns_before_there_is_data()
    {
        var estimator = s_pair.Context.Transforms.ApplySimpleDiffusionOnnx(s_pair.Path).Append(s_pair.Context.Transforms.DropColumns("Mask"));

        using var chain = (IDisposable)estimator.Fit(AskedRow.View(s_pair.Context));
    }

    [TestMethod]
    public void Missing_column_is_named_when_fitting()
    {
        var estimator = s_pair.Context.Transforms.ApplySimpleDiffusionOnnx(s_pair.Path, new OnnxGenerationOptions { SeedColumnName = "Nowhere" });

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(AskedRow.View(s_pair.Context)));

        Assert.Contains("Could not find seed column 'Nowhere'", error.Message);
    }

    [TestMethod]
    public void Options_that_ask_for_what_the_model_has_not_learnt_are_refused()
    {
        AssertRefused(new OnnxGenerationOptions { PortraitColumnName = "IsPortrait" }, "PortraitColumnName");
        AssertRefused(new OnnxGenerationOptions { MaskColumnName = "Mask" }, "MaskColumnName");
        AssertRefused(new OnnxGenerationOptions { Sampling = new SamplingOptions { Steps = 0 } }, "Sampling.Steps");
        AssertRefused(new OnnxGenerationOptions { Threads = 0 }, "Threads");
        AssertRefused(new OnnxGenerationOptions { DeviceIndex = -1 }, "DeviceIndex");
        AssertRefused(new OnnxGenerationOptions { Device = (OnnxDevice)9 }, "Device");
        AssertRefused(new OnnxGenerationOptions { ConditionColumnName = " " }, "ConditionColumnName");
    }

    [TestMethod]
    public void GPU_that_the_build_of_ONNX_Runtime_does_not_know_is_refused()
    {
        if (OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
        {
            Assert.Inconclusive("Skipped: this build of ONNX Runtime knows GPUs.");
        }

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => s_pair.Open(new OnnxGenerationOptions { Device = OnnxDevice.Cuda }));

        Assert.Contains("the application brings the CPU build of ONNX Runtime", error.Message);
    }

    private static void AssertRefused(OnnxGenerationOptions options, string name)
        => Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => s_pair.Context.Transforms.ApplySimpleDiffusionOnnx(s_pair.Path, options)).ParamName);

    private sealed class Generated
    {
        [ImageType(16, 16)]
        public MLImage? GeneratedImage { get; set; }

        public float[] Pixels { get; set; } = [];
    }
}
