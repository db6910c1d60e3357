using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Model;
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

    private static void AssertRefused(ModelPair pair, OnnxExportOptions options, string name)
        => Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => pair.Torch.SaveAsOnnx(pair.Path, options)).ParamName);
}
