using Microsoft.ML.SimpleDiffusion.Text.Onnx;
using Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Onnx;

[TestClass]
public class OnnxEncoderTests
{
    private const int EndOfSentence = 1;
    private const int LargestId = 117;

    /// <summary>The expected numbers come from an evaluation in numpy that shares only the weights with the ONNX graph.</summary>
    [TestMethod]
    public void T5_answers_what_numpy_does_whatever_it_is_padded_to()
    {
        using var encoder = Open("t5.onnx");
        var cases = Fixture.Json("t5_expected.json").GetProperty("cases").EnumerateArray().ToArray();
        int[][] captions = Array.ConvertAll(cases, item => Fixture.Ints(item.GetProperty("ids")));
        float[][] together = encoder.Encode(captions);

        Assert.AreEqual(32, encoder.Width);
        for (int i = 0; i < cases.Length; i++)
        {
            float[] expected = cases[i].GetProperty("embedding").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(x => x.GetSingle())).ToArray();
            AssertClose(expected, together[i]);
            AssertClose(expected, encoder.Encode([captions[i]])[0]);
        }
    }

    [TestMethod]
    [DataRow("int32.onnx", DisplayName = "int32 inputs")]
    [DataRow("float16.onnx", DisplayName = "float16 output")]
    [DataRow("unnamed_output.onnx", DisplayName = "output of another name")]
    [DataRow("external.onnx", DisplayName = "external data")]
    public void Encoders_of_other_types_are_understood(string file)
    {
        using var encoder = Open(file);
        float[][] embeddings = encoder.Encode([[2, 3, 1], [5, 1]]);
        CollectionAssert.AreEqual(Fixture.Lookup([2, 3, 1]), embeddings[0]);
        CollectionAssert.AreEqual(Fixture.Lookup([5, 1]), embeddings[1]);
    }

    [TestMethod]
    [DataRow("decoder.onnx", "has a decoder in it: its inputs include 'decoder_input_ids'")]
    [DataRow("other_names.onnx", "has the inputs 'tokens', 'mask': expected 'input_ids' and 'attention_mask'")]
    [DataRow("extra_input.onnx", "has the inputs 'input_ids', 'attention_mask', 'token_type_ids'")]
    [DataRow("pooled.onnx", "has the outputs 'last_hidden_state': expected 'last_hidden_state', or one output, of float32 or float16 [batch, sequence, width]")]
    [DataRow("small_vocabulary.onnx", "no embedding for the tokenizer's largest id, 117")]
    [DataRow("not_finite.onnx", "not finite")]
    public void What_is_no_fitting_text_encoder_is_refused(string file, string message)
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Open(file));
        Assert.Contains(message, error.Message);
    }

    [TestMethod]
    [DataRow("tokenizer.model")]
    [DataRow("t5_expected.json")]
    public void What_is_no_ONNX_file_is_refused(string file)
    {
        var error = Assert.ThrowsExactly<FormatException>(() => Open(file));
        Assert.Contains("is not an ONNX file", error.Message);
    }

    [TestMethod]
    public void Gpu_that_ONNX_Runtime_was_not_built_for_is_refused()
    {
        var options = Fixture.Options();
        options.Device = T5Device.Cuda;
        if (Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
        {
            Assert.Inconclusive("These tests run with the GPU build of ONNX Runtime.");
        }

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => OnnxEncoder.Open(options.ModelFile, options, EndOfSentence, LargestId));
        Assert.Contains("reference Microsoft.ML.OnnxRuntime.Gpu.Linux or .Gpu.Windows instead", error.Message);
    }

    [TestMethod]
    public void Auto_takes_the_CPU_where_there_is_no_GPU()
    {
        var options = Fixture.Options();
        options.Device = T5Device.Auto;
        using var encoder = OnnxEncoder.Open(options.ModelFile, options, EndOfSentence, LargestId);
        Assert.HasCount(32, encoder.Encode([[1]])[0]);
    }

    private static OnnxEncoder Open(string file) => OnnxEncoder.Open(Fixture.File(file), Fixture.Options(), EndOfSentence, LargestId);

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 2e-5f, $"number {i}");
        }
    }
}
