using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Generation;

/// <summary>Images of ONNX Runtime are those of libtorch.</summary>
[TestClass]
public class SameImagesTests
{
    private static readonly NetworkCase Classes = new(NetworkArchitecture.UVit, PatchingType.Dwt, 1, ConditionKind.Class);

    private static ModelPair s_classes = null!;

    [ClassInitialize]
    public static void Export(TestContext context) => s_classes = new ModelPair(Classes);

    [ClassCleanup]
    public static void Dispose() => s_classes.Dispose();

    [TestMethod]
    [DataRow(SamplerType.Ddpm, 1f)]
    [DataRow(SamplerType.Ddim, 1f)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M, 1f)]
    [DataRow(SamplerType.Ddpm, 3f)]
    [DataRow(SamplerType.Ddim, 3f)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M, 3f)]
    public void Samplers_with_and_without_guidance(SamplerType sampler, float scale)
        => s_classes.AssertSameImages(new OnnxGenerationOptions { Sampling = new SamplingOptions { Sampler = sampler, Steps = 6, GuidanceScale = scale, DdimEta = 0.5f, BatchSize = 4 } });

    [TestMethod]
    [DataRow(ThresholdingType.None)]
    [DataRow(ThresholdingType.Static)]
    [DataRow(ThresholdingType.Dynamic)]
    public void Thresholding(ThresholdingType type)
        => s_classes.AssertSameImages(new OnnxGenerationOptions { Sampling = new SamplingOptions { Steps = 4, Thresholding = type, DynamicThresholdQuantile = 0.8f } });

    [TestMethod]
    public void Guidance_in_an_interval_with_rescale() => s_classes.AssertSameImages(new OnnxGenerationOptions
    {
        Sampling = new SamplingOptions { Steps = 6, GuidanceScale = 4, GuidanceRescale = 0.7f, GuidanceIntervalStart = 0.2f, GuidanceIntervalEnd = 0.7f },
    });

    [TestMethod]
    public void Few_steps() => s_classes.AssertSameImages(new OnnxGenerationOptions { Sampling = new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 1 } });

    [TestMethod]
    public void Negative_prompts()
        => s_classes.AssertSameImages(new OnnxGenerationOptions { NegativePromptColumnName = "Negative", Sampling = new SamplingOptions { Steps = 4, GuidanceScale = 2 } });

    [TestMethod]
    public void Image_to_image()
        => s_classes.AssertSameImages(new OnnxGenerationOptions { InputImageColumnName = "Picture", Sampling = new SamplingOptions { Steps = 8, Strength = 0.5f } });

    [TestMethod]
    [DataRow(1f)]
    [DataRow(0.6f)]
    public void Inpainting(float strength) => s_classes.AssertSameImages(new OnnxGenerationOptions
    {
        InputImageColumnName = "Picture",
        MaskColumnName = "Mask",
        Sampling = new SamplingOptions { Steps = 6, Strength = strength, Sampler = SamplerType.Ddim, GuidanceScale = 2 },
    });

    [TestMethod]
    [DataRow(PredictionType.Epsilon)]
    [DataRow(PredictionType.X)]
    public void Other_predictions(PredictionType prediction)
    {
        using var pair = new ModelPair(new NetworkCase(NetworkArchitecture.ResidualUVit), options =>
        {
            options.Diffusion.Prediction = prediction;
            options.Diffusion.Schedule = ScheduleType.InterpolatedCosine;
            options.Diffusion.LogSnrMin = -6;
        });

        pair.AssertSameImages();
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Captions_and_embeddings(bool areEmbeddings)
    {
        using var pair = new ModelPair(new NetworkCase(NetworkArchitecture.UNet, Condition: areEmbeddings ? ConditionKind.Embeddings : ConditionKind.Text));

        pair.AssertSameImages(new OnnxGenerationOptions { Sampling = new SamplingOptions { Steps = 4, GuidanceScale = 2, GuidanceIntervalEnd = 0.5f } });
    }

    [TestMethod]
    public void Portraits_row_by_row()
    {
        using var pair = new ModelPair(new NetworkCase(NetworkArchitecture.ResidualUVit, PatchingType.Convolution, 2, ConditionKind.Class, Portrait: true));

        pair.AssertSameImages(new OnnxGenerationOptions { PortraitColumnName = "IsPortrait" });
    }

    [TestMethod]
    public void Weights_in_a_file_of_their_own()
    {
        using var pair = new ModelPair(Classes, export: new OnnxExportOptions { ExternalDataFromBytes = 1 });

        pair.AssertSameImages();
    }

    [TestMethod]
    public void Half_precision_stays_near()
    {
        using var pair = new ModelPair(Classes, export: new OnnxExportOptions { Precision = OnnxPrecision.Float16 });
        using var onnx = pair.Open();

        double[] differences = [.. pair.Generate(pair.Torch).Zip(pair.Generate(onnx), (a, b) => (double)Math.Abs(a - b))];

        Assert.IsLessThan(0.5, differences.Average());
    }
}
