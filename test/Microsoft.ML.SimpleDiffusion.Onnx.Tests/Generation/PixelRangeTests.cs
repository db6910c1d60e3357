using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Generation;

/// <summary>Exported models of pixels of a stated range draw in that range what libtorch does.</summary>
[TestClass]
public class PixelRangeTests
{
    private const float Minimum = -1000;
    private const float Maximum = 9000;

    /// <summary>As far as bytes may differ: one of 255 levels.</summary>
    private const float Tolerance = (Maximum - Minimum) / 255;

    private static ModelPair s_pair = null!;

    [ClassInitialize]
    public static void Export(TestContext context) => s_pair = new ModelPair(new NetworkCase(NetworkArchitecture.UVit, PatchingType.Dwt, 1, ConditionKind.Class), options =>
    {
        (options.PixelMinimum, options.PixelMaximum) = (Minimum, Maximum);
        (options.OutputColumnName, options.OutputPixelsColumnName) = (ModelPair.Pixels, null);
    });

    [ClassCleanup]
    public static void Dispose() => s_pair.Dispose();

    [TestMethod]
    [DataRow(SamplerType.Ddpm, ThresholdingType.Static)]
    [DataRow(SamplerType.Ddim, ThresholdingType.None)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M, ThresholdingType.Dynamic)]
    public void Generated_column_is_that_of_libtorch(SamplerType sampler, ThresholdingType thresholding)
    {
        using var onnx = s_pair.Open(new OnnxGenerationOptions { Sampling = new SamplingOptions { Sampler = sampler, Steps = 4, Thresholding = thresholding } });
        using var torch = new SimpleDiffusionTransformer(s_pair.Context, s_pair.Torch.Model.Share(), onnx.Options);

        AssertSame(s_pair.Generate(torch), s_pair.Generate(onnx));
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 3, 16, 16), onnx.Transform(AskedRow.View(s_pair.Context)).Schema[ModelPair.Pixels].Type);
    }

    [TestMethod]
    public void Kept_values_of_inpainting_come_out_to_the_bit()
    {
        using var onnx = s_pair.Open(new OnnxGenerationOptions { InputImageColumnName = "Picture", MaskColumnName = "Mask", Sampling = new SamplingOptions { Steps = 4, Strength = 0.5f } });
        using var torch = new SimpleDiffusionTransformer(s_pair.Context, s_pair.Torch.Model.Share(), onnx.Options);
        float[] drawn = s_pair.Generate(onnx);

        AssertSame(s_pair.Generate(torch), drawn);
        var rows = AskedRow.Rows(6);
        for (int i = 0; i < drawn.Length; i++)
        {
            var (row, pixel) = (rows[i / 768], i % 768);
            if (row.Mask[pixel % 256] < 128)
            {
                Assert.AreEqual(row.Picture[pixel], drawn[i], $"value {i}");
            }
        }
    }

    [TestMethod]
    [DataRow(ThresholdingType.Static)]
    [DataRow(ThresholdingType.None)]
    public void Whole_sampler_gives_the_numbers_of_the_range(ThresholdingType thresholding)
    {
        var (expected, actual) = s_pair.DrawWithSampler(new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 4, GuidanceScale = 2, Thresholding = thresholding });

        AssertSame(expected, actual);
        using var session = new InferenceSession(s_pair.SamplerPath);
        Assert.AreEqual("[-1000,9000]", session.ModelMetadata.CustomMetadataMap["simple_diffusion.pixel_range"]);
        StringAssert.Contains(session.ModelMetadata.Description, "planar 3x16x16 single-precision numbers of -1000 to 9000, from standard normal noise");
    }

    [TestMethod]
    public void File_of_the_network_says_what_its_images_stand_for()
    {
        using var session = new InferenceSession(s_pair.Path);

        Assert.AreEqual("[-1000,9000]", session.ModelMetadata.CustomMetadataMap["simple_diffusion.pixel_range"]);
        StringAssert.Contains(session.ModelMetadata.Description, "Images -1 to 1 stand for pixels of -1000 to 9000.");
    }

    [TestMethod]
    public void Column_of_pixels_beside_the_generated_one_is_refused()
        => StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => s_pair.Open(new OnnxGenerationOptions { OutputPixelsColumnName = "More" })).Message,
            "OutputPixelsColumnName must be null with PixelMinimum and PixelMaximum");

    private static void AssertSame(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        Assert.IsTrue(actual.All(value => value is >= Minimum and <= Maximum));
        float[] differences = [.. expected.Zip(actual, (a, b) => Math.Abs(a - b))];
        Assert.IsLessThanOrEqualTo(Tolerance, differences.Max());
        Assert.IsLessThanOrEqualTo(Tolerance / 20, differences.Average());
        Assert.IsGreaterThan(100, expected.Distinct().Count());
    }
}
