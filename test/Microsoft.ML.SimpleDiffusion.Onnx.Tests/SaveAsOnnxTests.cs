using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests;

[TestClass]
public class SaveAsOnnxTests
{
    [TestMethod]
    public void File_says_what_a_stranger_needs()
    {
        using var pair = new ModelPair(new NetworkCase(NetworkArchitecture.UVit, Condition: ConditionKind.Class));
        using var session = new InferenceSession(pair.Path);
        var texts = session.ModelMetadata.CustomMetadataMap;

        Assert.AreEqual("V", texts["simple_diffusion.prediction"]);
        Assert.AreEqual("[\"a\",\"b\",\"c\"]", texts["simple_diffusion.labels"]);
        Assert.AreEqual("3", texts["simple_diffusion.no_class"]);
        Assert.AreEqual("denoiser", texts["simple_diffusion.role"]);
        Assert.StartsWith("-2 * log(tan(", texts["simple_diffusion.log_snr"]);
        Assert.Contains("3 means no class", session.ModelMetadata.Description);
        CollectionAssert.AreEqual(new[] { "z", "log_snr", "class_id" }, session.InputNames.ToArray());
        CollectionAssert.AreEqual(new[] { "prediction" }, session.OutputNames.ToArray());
    }

    [TestMethod]
    public void File_of_a_whole_sampler_says_what_it_is()
    {
        using var pair = new ModelPair(new NetworkCase(NetworkArchitecture.UVit, Condition: ConditionKind.Class));
        SaveSampler(pair, new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 7, GuidanceScale = 2.5f, GuidanceIntervalEnd = 0.5f });
        using var session = new InferenceSession(pair.SamplerPath);
        var texts = session.ModelMetadata.CustomMetadataMap;

        Assert.AreEqual("1", texts["simple_diffusion.format"]);
        Assert.AreEqual("sampler", texts["simple_diffusion.role"]);
        Assert.AreEqual("DpmSolverPlusPlus2M", texts["simple_diffusion.sampler"]);
        Assert.AreEqual("7", texts["simple_diffusion.steps"]);
        Assert.AreEqual("2.5", texts["simple_diffusion.guidance_scale"]);
        Assert.AreEqual("[0,0.5]", texts["simple_diffusion.guidance_interval"]);
        Assert.AreEqual("Static", texts["simple_diffusion.thresholding"]);
        Assert.AreEqual("[\"a\",\"b\",\"c\"]", texts["simple_diffusion.labels"]);
        Assert.AreEqual("3", texts["simple_diffusion.no_class"]);
        Assert.Contains("DpmSolverPlusPlus2M in 7 steps, with guidance of scale 2.5", session.ModelMetadata.Description);
        CollectionAssert.AreEqual(new[] { "noise", "class_id" }, session.InputNames.ToArray());
        CollectionAssert.AreEqual(new[] { "image" }, session.OutputNames.ToArray());
        Assert.AreEqual(typeof(byte), session.OutputMetadata["image"].ElementType);
        CollectionAssert.AreEqual(new[] { -1, 3, 16, 16 }, session.OutputMetadata["image"].Dimensions);
    }

    [TestMethod]
    public void Whole_sampler_holds_each_weight_once_however_many_loops_it_has()
    {
        using var pair = new ModelPair(new NetworkCase(NetworkArchitecture.UVit, Condition: ConditionKind.Class));
        SaveSampler(pair, new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 10, GuidanceScale = 2, GuidanceIntervalStart = 0.3f, GuidanceIntervalEnd = 0.6f });
        var graph = ProtoField.Of(File.ReadAllBytes(pair.SamplerPath)).Single(field => field.Id == Fields.ModelGraph);
        var parts = ProtoField.Of(graph.Bytes);
        var loops = parts.Where(part => part.Id == Fields.GraphNode).Select(node => ProtoField.Of(node.Bytes)).Where(node => node.Single(field => field.Id == Fields.NodeOperator).Text == "Loop").ToList();
        var bodies = loops.SelectMany(loop => loop).Where(field => field.Id == Fields.NodeAttribute).SelectMany(attribute => ProtoField.Of(attribute.Bytes)).Where(field => field.Id == Fields.AttributeGraph).ToList();
        int weights = (int)pair.Torch.ParameterCount * sizeof(float);
        int constants = parts.Where(part => part.Id == Fields.GraphInitializer).Sum(part => part.Bytes.Count);

        Assert.HasCount(3, loops);
        Assert.HasCount(3, bodies);
        Assert.IsFalse(bodies.Any(body => ProtoField.Of(body.Bytes).Exists(field => field.Id == Fields.GraphInitializer)), "constants in the body of a loop");
        Assert.IsInRange(weights, weights + 20_000, constants);
    }

    [TestMethod]
    public void Whole_sampler_of_what_needs_more_than_noise_and_a_condition_is_refused()
    {
        using var pair = new ModelPair(new NetworkCase(NetworkArchitecture.UVit, Condition: ConditionKind.Class));
        using var fromImages = pair.Torch.ForImageToImage("Picture", strength: 0.5f);
        using var negative = pair.Torch.WithNegativePrompts("Negative");

        AssertRefused(fromImages, "InputImageColumnName");
        AssertRefused(negative, "NegativePromptColumnName");

        void AssertRefused(SimpleDiffusionTransformer model, string option)
        {
            var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.SaveAsOnnx(pair.SamplerPath, new OnnxExportOptions { WholeSampler = true }));
            Assert.AreEqual(option, error.ParamName);
            Assert.StartsWith($"The option {option} must be null for the export of a whole sampler, which knows noise and a condition only: export the network instead.", error.Message);
            Assert.IsFalse(File.Exists(pair.SamplerPath));
        }
    }

    [TestMethod]
    public void Same_model_gives_the_same_file()
    {
        using var pair = new ModelPair(new NetworkCase(NetworkArchitecture.UVit, Condition: ConditionKind.Text));
        pair.Torch.SaveAsOnnx(pair.File("other/model.onnx"));

        CollectionAssert.AreEqual(File.ReadAllBytes(pair.Path), File.ReadAllBytes(pair.File("other/model.onnx")));
    }

    [TestMethod]
    public void Weight_that_does_not_fit_into_half_precision_fails_and_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        var configuration = new NetworkCase(NetworkArchitecture.UVit).Configure();
        var network = NetworkCase.Create(configuration);
        using (no_grad())
        {
            network.Network.named_parameters().Single(weight => weight.name == "input.weight").parameter.fill_(70_000);
        }

        using var model = new SimpleDiffusionTransformer(new MLContext(1), new TorchGenerator(TrainedModel.Of(network, configuration)));

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => model.SaveAsOnnx(folder.File("model.onnx"), new OnnxExportOptions { Precision = OnnxPrecision.Float16 }));

        Assert.AreEqual("The weight 'input.weight' does not fit into half precision: export in Float32.", error.Message);
        Assert.IsEmpty(Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void Options_out_of_range_are_refused()
    {
        using var pair = new ModelPair(new NetworkCase(NetworkArchitecture.UVit));

        AssertRefused(pair, new OnnxExportOptions { Precision = (OnnxPrecision)7 }, "Precision");
        AssertRefused(pair, new OnnxExportOptions { ExternalDataFromBytes = 0 }, "ExternalDataFromBytes");
        AssertRefused(pair, new OnnxExportOptions { ExternalDataFromBytes = 2_000_000_000 }, "ExternalDataFromBytes");
    }

    [TestMethod]
    public void Model_that_has_been_disposed_of_is_refused()
    {
        var pair = new ModelPair(new NetworkCase(NetworkArchitecture.UVit));
        pair.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => pair.Torch.SaveAsOnnx(pair.Path));
        Assert.IsFalse(File.Exists(pair.Path));
    }

    private static void SaveSampler(ModelPair pair, SamplingOptions sampling)
    {
        using var model = pair.Torch.WithSampling(sampling);
        model.SaveAsOnnx(pair.SamplerPath, new OnnxExportOptions { WholeSampler = true });
    }

    private static void AssertRefused(ModelPair pair, OnnxExportOptions options, string name)
        => Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => pair.Torch.SaveAsOnnx(pair.Path, options)).ParamName);
}
