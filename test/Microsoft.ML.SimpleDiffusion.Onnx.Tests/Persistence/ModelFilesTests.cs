using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using Microsoft.ML.SimpleDiffusion.Onnx.Persistence;
using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Persistence;

/// <summary>What is wrong with files is said in one sentence, before ONNX Runtime sees them.</summary>
[TestClass]
public class ModelFilesTests
{
    private static ModelPair s_plain = null!;
    private static ModelPair s_captioned = null!;

    [ClassInitialize]
    public static void Export(TestContext context)
    {
        s_plain = new ModelPair(new NetworkCase(NetworkArchitecture.UVit, Condition: ConditionKind.Class), export: new OnnxExportOptions { ExternalDataFromBytes = 1 });
        s_captioned = new ModelPair(new NetworkCase(NetworkArchitecture.UVit, Condition: ConditionKind.Text));
    }

    [ClassCleanup]
    public static void Dispose()
    {
        s_plain.Dispose();
        s_captioned.Dispose();
    }

    [TestMethod]
    public void Exported_files_pass()
    {
        using var plain = ModelFiles.Open(s_plain.Path);
        using var captioned = ModelFiles.Open(s_captioned.Path);

        Assert.IsNotNull(plain.ExternalData);
        Assert.IsNotNull(captioned.TextEncoder);
        CollectionAssert.AreEqual(new[] { "a", "b", "c" }, plain.Configuration.Condition.ClassLabels.ToArray());
    }

    [TestMethod]
    public void Missing_file_is_named()
    {
        var error = Assert.ThrowsExactly<FileNotFoundException>(() => ModelFiles.Open(s_plain.File("nothing.onnx")));

        Assert.Contains("There is no file", error.Message);
    }

    [TestMethod]
    public void Foreign_model_is_refused()
    {
        var model = new OnnxMessage().Add(Fields.ModelIrVersion, 8).Add(Fields.ModelOpset, new OnnxMessage().Add(Fields.OpsetVersion, 17)).Add(Fields.ModelGraph, new OnnxMessage());

        AssertRefused(OnnxEdit.ToBytes(model), "The ONNX file is not one that SaveAsOnnx has written: it has no 'simple_diffusion.format' in its metadata.");
    }

    [TestMethod]
    public void Something_else_is_refused() => AssertRefused([.. Enumerable.Range(0, 100).Select(i => (byte)(255 - i))], "The ONNX file is damaged, or is none: ");

    [TestMethod]
    public void Altered_file_is_refused()
    {
        byte[] file = File.ReadAllBytes(s_captioned.Path);
        file[file.Length / 2] ^= 1;

        AssertRefused(file, "The ONNX file");
    }

    [TestMethod]
    public void Altered_weight_is_refused()
    {
        byte[] file = File.ReadAllBytes(s_captioned.Path);
        int place = file.AsSpan().IndexOf("down.0.blocks.0.conv1.weight"u8);
        int inWeight = file.AsSpan(place + 100).IndexOf("down.0.blocks.0.conv1.weight"u8) + place + 100 + 200;
        file[inWeight] ^= 1;

        AssertRefused(file, "The ONNX file has been altered since it was exported: its checksum is wrong.");
    }

    [TestMethod]
    public void Cut_file_is_refused() => AssertRefused(File.ReadAllBytes(s_captioned.Path)[..^50], "The ONNX file is damaged, or is none: ");

    [TestMethod]
    public void Newer_opset_is_refused()
        => AssertRefused(OnnxEdit.WithNode(Node("Add"), opset: 23), "The ONNX file needs opset 23 of 'ai.onnx', where exported models need 17 of 'ai.onnx'.");

    [TestMethod]
    [DataRow("Loop")]
    [DataRow("If")]
    [DataRow("ConstantOfShape")]
    public void Operator_that_exported_models_do_not_have_is_refused(string name)
        => AssertRefused(OnnxEdit.WithNode(Node(name)), $"The ONNX file uses the operator '{name}', which exported models do not have.");

    [TestMethod]
    public void Operator_of_another_domain_is_refused()
        => AssertRefused(OnnxEdit.WithNode(Node("Add").Add(Fields.NodeDomain, "com.example")), "The ONNX file uses the operator 'Add', which exported models do not have.");

    [TestMethod]
    public void Graph_inside_an_operator_is_refused()
        => AssertRefused(
            OnnxEdit.WithNode(Node("Add").Add(Fields.NodeAttribute, new OnnxAttribute("body", new OnnxGraph("inner")).ToMessage())),
            "The ONNX file has a graph or a tensor inside the operator 'Add', which exported models do not have.");

    [TestMethod]
    public void Functions_are_refused()
    {
        const int Functions = 25;

        AssertRefused(OnnxEdit.Append(File.ReadAllBytes(s_captioned.Path), new OnnxMessage().Add(Functions, new OnnxMessage())), "The ONNX file has a field 25 in its model, which exported models do not have.");
    }

    [TestMethod]
    public void Weights_outside_the_folder_are_refused()
    {
        byte[] file = OnnxEdit.Replace(File.ReadAllBytes(s_plain.Path), "model.onnx.data", "../../any/where");

        AssertRefused(file, "The ONNX file keeps weights in '../../any/where': they must lie in the same folder.");
    }

    [TestMethod]
    public void Weight_of_another_name_is_refused()
        => AssertRefused(
            OnnxEdit.Replace(File.ReadAllBytes(s_captioned.Path), "\u0012output.conv.weight\u004a", "\u0012output.conv.wreath\u004a"),
            "The ONNX file is damaged: its configuration needs 216 numbers in the weight 'output.conv.weight', but there are 0.");

    [TestMethod]
    public void Other_inputs_are_refused()
    {
        byte[] file = OnnxEdit.Replace(File.ReadAllBytes(s_plain.Path), "\u0008class_id\u0012", "\u0008class_no\u0012", isLast: true);

        AssertRefused(file, "The ONNX file has the inputs z: Float32 [N, 3, 16, 16]; log_snr: Float32 [N]; class_no: Int64 [N], where its configuration needs ");
    }

    [TestMethod]
    public void Configuration_of_another_network_is_refused()
        => AssertRefused(
            OnnxEdit.Replace(File.ReadAllBytes(s_captioned.Path), "\"baseChannels\": 8", "\"baseChannels\": 4"),
            "The ONNX file is damaged: its configuration needs");

    [TestMethod]
    public void Text_encoder_alone_is_refused()
    {
        var error = Assert.ThrowsExactly<FormatException>(() => ModelFiles.Open(s_captioned.File("model.text.onnx")));

        Assert.EndsWith("The ONNX file is a text_encoder, where a denoiser is needed.", error.Message);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Whole_sampler_is_refused_by_name(bool isCaptioned)
    {
        var pair = isCaptioned ? s_captioned : s_plain;
        pair.Torch.SaveAsOnnx(pair.SamplerPath, new OnnxExportOptions { WholeSampler = true });

        var error = Assert.ThrowsExactly<FormatException>(() => pair.Context.Transforms.ApplySimpleDiffusionOnnx(pair.SamplerPath));

        Assert.AreEqual(
            $"'{pair.SamplerPath}': The ONNX file is a whole sampler, which is for other runtimes: export the network, with OnnxExportOptions.WholeSampler left at false.", error.Message);
    }

    [TestMethod]
    public void Whole_sampler_inside_a_model_zip_is_refused_by_name()
    {
        s_captioned.Torch.SaveAsOnnx(s_captioned.SamplerPath, new OnnxExportOptions { WholeSampler = true });
        byte[] sampler = File.ReadAllBytes(s_captioned.SamplerPath);

        var error = Assert.ThrowsExactly<FormatException>(() => ModelFiles.Extract(stream => stream.Write(sampler), (_, _) => { }));

        Assert.StartsWith("The ONNX file is a whole sampler", error.Message);
    }

    [TestMethod]
    public void Files_of_a_model_zip_are_not_kept_in_memory_and_those_of_the_user_are()
    {
        using var user = ModelFiles.Open(s_captioned.Path);
        using var extracted = user.Copy();

        Assert.IsNotNull(user.Denoiser.Content);
        Assert.IsNotNull(user.TextEncoder!.Content);
        Assert.IsNull(extracted.Denoiser.Content);
        Assert.IsNull(extracted.TextEncoder!.Content);
        Assert.AreEqual(user.Denoiser.Sha256, extracted.Denoiser.Sha256);
        Assert.AreEqual(user.TextEncoder.Sha256, extracted.TextEncoder.Sha256);
    }

    [TestMethod]
    public void Altered_text_encoder_inside_a_model_zip_is_refused()
    {
        byte[] denoiser = File.ReadAllBytes(s_captioned.Path), text = File.ReadAllBytes(s_captioned.File("model.text.onnx"));
        text[^200] ^= 1;

        var error = Assert.ThrowsExactly<FormatException>(() => ModelFiles.Extract(stream => stream.Write(denoiser), (_, stream) => stream.Write(text)));

        Assert.StartsWith("'model.text.onnx' has been altered, or is of another export", error.Message);
    }

    [TestMethod]
    public void File_that_changes_after_it_was_opened_is_not_copied()
    {
        using var folder = new TemporaryFolder();
        File.Copy(s_plain.Path, folder.File("model.onnx"));
        File.Copy(s_plain.Path + ".data", folder.File("model.onnx.data"));
        using var files = ModelFiles.Open(folder.File("model.onnx"));
        using (var other = new FileStream(folder.File("model.onnx"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            other.WriteByte(0);
        }

        var error = Assert.ThrowsExactly<InvalidOperationException>(files.Copy);

        Assert.EndsWith("has changed since it was opened.", error.Message);
    }

    [TestMethod]
    public void Missing_weights_are_named()
    {
        using var folder = new TemporaryFolder();
        File.Copy(s_plain.Path, folder.File("model.onnx"));

        var error = Assert.ThrowsExactly<FileNotFoundException>(() => ModelFiles.Open(folder.File("model.onnx")));

        Assert.AreEqual("The file 'model.onnx.data' with the weights of the ONNX file is missing: it must lie beside 'model.onnx'.", error.Message);
    }

    [TestMethod]
    public void Text_encoder_of_another_export_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.Copy(s_captioned.Path, folder.File("model.onnx"));
        File.Copy(s_plain.Path, folder.File("model.text.onnx"));

        var error = Assert.ThrowsExactly<FormatException>(() => ModelFiles.Open(folder.File("model.onnx")));

        Assert.Contains("'model.text.onnx' has been altered, or is of another export", error.Message);
    }

    [TestMethod]
    public void Altered_weights_beside_the_file_are_refused()
    {
        using var folder = new TemporaryFolder();
        File.Copy(s_plain.Path, folder.File("model.onnx"));
        byte[] weights = File.ReadAllBytes(s_plain.Path + ".data");
        weights[5000] ^= 1;
        File.WriteAllBytes(folder.File("model.onnx.data"), weights);

        var error = Assert.ThrowsExactly<FormatException>(() => ModelFiles.Open(folder.File("model.onnx")));

        Assert.Contains("'model.onnx.data' has been altered", error.Message);
    }

    private static OnnxMessage Node(string type) => new OnnxMessage().Add(Fields.NodeInput, "a").Add(Fields.NodeOutput, "b").Add(Fields.NodeOperator, type);

    private static void AssertRefused(byte[] file, string sentence)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.onnx");
        File.WriteAllBytes(path, file);

        var error = Assert.ThrowsExactly<FormatException>(() => ModelFiles.Open(path));

        Assert.StartsWith($"'{path}': {sentence}", error.Message);
    }
}
