using Microsoft.ML.SimpleDiffusion.Onnx.Export;
using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Export;

[TestClass]
public class AgreementTests
{
    public static IEnumerable<object[]> Cases => Enumerable.Range(0, NetworkCase.All.Count).Select(i => new object[] { i, NetworkCase.All[i].ToString() });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Network_predicts_in_ONNX_Runtime_what_it_predicts_in_libtorch(int number, string name)
        => Assert.IsLessThanOrEqualTo(2e-5, Difference(number, new OnnxExportOptions()), name);

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Network_in_half_precision_predicts_nearly_the_same(int number, string name)
        => Assert.IsLessThanOrEqualTo(1e-2, Difference(number, new OnnxExportOptions { Precision = OnnxPrecision.Float16 }), name);

    [TestMethod]
    public void Network_whose_weights_lie_in_a_file_of_their_own_predicts_the_same()
        => Assert.IsLessThanOrEqualTo(2e-5, Difference(2, new OnnxExportOptions { ExternalDataFromBytes = 1 }));

    /// <summary>Largest difference of predictions over the largest prediction.</summary>
    private static double Difference(int number, OnnxExportOptions options)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.onnx");
        var configuration = NetworkCase.All[number].Configure();
        using var model = NetworkCase.Create(configuration);
        using var batch = new NetworkBatch(configuration, model);
        ModelExporter.Export(model, configuration, path, options);

        float[] expected = batch.Predict(model), actual = batch.Predict(path, folder.File("model.text.onnx"));

        Assert.HasCount(expected.Length, actual);
        Assert.AreEqual(options.ExternalDataFromBytes == 1, File.Exists(path + ".data"));
        double difference = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs);
        Console.WriteLine($"{difference:E2}");
        return difference;
    }
}
