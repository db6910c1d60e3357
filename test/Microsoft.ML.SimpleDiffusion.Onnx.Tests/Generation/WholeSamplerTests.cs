using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Generation;

/// <summary>A whole sampler as one graph draws from the same noise what libtorch does.</summary>
[TestClass]
public class WholeSamplerTests
{
    private static ModelPair s_classes = null!;

    [ClassInitialize]
    public static void Export(TestContext context) => s_classes = new ModelPair(new NetworkCase(NetworkArchitecture.UVit, PatchingType.Dwt, 1, ConditionKind.Class));

    [ClassCleanup]
    public static void Dispose() => s_classes.Dispose();

    [TestMethod]
    [DataRow(SamplerType.Ddim, 1f)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M, 1f)]
    [DataRow(SamplerType.Ddim, 3f)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M, 3f)]
    public void Samplers_with_and_without_guidance(SamplerType sampler, float scale)
        => s_classes.AssertSamplerDrawsTheSame(new SamplingOptions { Sampler = sampler, Steps = 6, GuidanceScale = scale });

    [TestMethod]
    [DataRow(SamplerType.Ddpm, 1f)]
    [DataRow(SamplerType.Ddpm, 3f)]
    [DataRow(SamplerType.Ddim, 3f)]
    public void Samplers_that_add_noise_are_given_it(SamplerType sampler, float scale)
        => s_classes.AssertSamplerDrawsTheSame(new SamplingOptions { Sampler = sampler, Steps = 6, GuidanceScale = scale, DdimEta = 0.5f });

    [TestMethod]
    [DataRow(SamplerType.Ddpm)]
    [DataRow(SamplerType.Ddim)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M)]
    public void Few_steps(SamplerType sampler)
    {
        s_classes.AssertSamplerDrawsTheSame(new SamplingOptions { Sampler = sampler, Steps = 1, GuidanceScale = 2 });
        s_classes.AssertSamplerDrawsTheSame(new SamplingOptions { Sampler = sampler, Steps = 2, GuidanceScale = 2 });
    }

    [TestMethod]
    [DataRow(SamplerType.Ddpm)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M)]
    public void Guidance_in_an_interval_with_rescale(SamplerType sampler) => s_classes.AssertSamplerDrawsTheSame(new SamplingOptions
    {
        Sampler = sampler,
        Steps = 6,
        GuidanceScale = 4,
        GuidanceRescale = 0.7f,
        GuidanceIntervalStart = 0.2f,
        GuidanceIntervalEnd = 0.7f,
    });

    [TestMethod]
    [DataRow(ThresholdingType.None, 0.8f)]
    [DataRow(ThresholdingType.Dynamic, 0.8f)]
    [DataRow(ThresholdingType.Dynamic, 1f)]
    public void Thresholding(ThresholdingType type, float quantile)
        => s_classes.AssertSamplerDrawsTheSame(new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 4, Thresholding = type, DynamicThresholdQuantile = quantile });

    [TestMethod]
    [DataRow(NetworkArchitecture.UVit, false, PredictionType.V)]
    [DataRow(NetworkArchitecture.ResidualUVit, false, PredictionType.X)]
    [DataRow(NetworkArchitecture.UNet, false, PredictionType.Epsilon)]
    [DataRow(NetworkArchitecture.UNet, true, PredictionType.V)]
    public void Networks_and_predictions(NetworkArchitecture architecture, bool hasClasses, PredictionType prediction)
    {
        using var pair = new ModelPair(new NetworkCase(architecture, Condition: hasClasses ? ConditionKind.Class : ConditionKind.None), options =>
        {
            options.Diffusion.Prediction = prediction;
            options.Diffusion.LogSnrMin = -6;
        });
        float scale = hasClasses ? 2 : 1;

        pair.AssertSamplerDrawsTheSame(new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 4, GuidanceScale = scale });
        pair.AssertSamplerDrawsTheSame(new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 5, GuidanceScale = scale });
    }

    [TestMethod]
    public void Network_with_coordinates_and_layers_that_training_alone_needs()
    {
        using var pair = new ModelPair(new NetworkCase(NetworkArchitecture.UVit, PatchingType.Dwt, 1, ConditionKind.Class) { Coordinates = true, HasTrainingLayers = true });

        pair.AssertSameImages();
        pair.AssertSamplerDrawsTheSame(new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 4, GuidanceScale = 2 });
    }

    [TestMethod]
    [DataRow(false, 1f)]
    [DataRow(false, 2f)]
    [DataRow(true, 1f)]
    [DataRow(true, 2f)]
    public void Captions_and_embeddings_are_encoded_in_the_same_graph(bool areEmbeddings, float scale)
    {
        using var pair = new ModelPair(new NetworkCase(NetworkArchitecture.UNet, Condition: areEmbeddings ? ConditionKind.Embeddings : ConditionKind.Text));

        pair.AssertSamplerDrawsTheSame(new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 4, GuidanceScale = scale, GuidanceIntervalEnd = 0.5f });

        Assert.IsFalse(File.Exists(pair.File("sampler.text.onnx")));
    }

    [TestMethod]
    public void Portraits_row_by_row()
    {
        using var pair = new ModelPair(
            new NetworkCase(NetworkArchitecture.ResidualUVit, PatchingType.Convolution, 2, ConditionKind.Class, Portrait: true), options => options.PortraitColumnName = "IsPortrait");

        pair.AssertSamplerDrawsTheSame(new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 4, GuidanceScale = 2 });
    }

    [TestMethod]
    public void Weights_in_a_file_of_their_own()
    {
        s_classes.AssertSamplerDrawsTheSame(
            new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 4, GuidanceScale = 2 }, new OnnxExportOptions { WholeSampler = true, ExternalDataFromBytes = 1 });

        Assert.IsTrue(File.Exists(s_classes.File("sampler.onnx.data")));
    }

    [TestMethod]
    public void Half_precision_stays_near()
    {
        var (expected, actual) = s_classes.DrawWithSampler(
            new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 5, GuidanceScale = 2 }, new OnnxExportOptions { WholeSampler = true, Precision = OnnxPrecision.Float16 });

        Assert.IsLessThan(0.5, expected.Zip(actual, (a, b) => Math.Abs(a - b)).Average());
    }
}
