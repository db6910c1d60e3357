using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.ResNet.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Tests;

[TestClass]
public class ResNet18ReportMetricTests
{
    private static readonly MLContext Context = new(1);

    [TestMethod]
    public void Distance_of_each_set_is_that_of_the_metric()
    {
        IDataView real = SomePictures.View(Context, 8), near = SomePictures.View(Context, 8, seed: 2), far = SomePictures.View(Context, 8, noise: 1);
        using var metric = Context.ImageGeneration().ResNet18Distance(real);

        var distances = new ResNet18ReportMetric(Context).Measure([near, far], real, "Image", CancellationToken.None);

        Assert.AreEqual(metric.Measure(near, "Image").Distance, distances[0], 1e-9);
        Assert.AreEqual(metric.Measure(far, "Image").Distance, distances[1], 1e-9);
    }

    [TestMethod]
    public void Report_has_a_row_of_it()
    {
        using var folder = new TemporaryFolder();
        var data = TinyData.View(Context, 48);
        using var model = Context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(data);

        Context.ImageGeneration().WriteReport(folder.File("report.html"), model, data, new ReportOptions
        {
            Metrics = [new ResNet18ReportMetric(Context)],
            GuidanceScales = [],
            MaxImages = 10,
            SamplesPerClass = 1,
            ClassifierEpochs = 1,
        });

        string page = File.ReadAllText(folder.File("report.html"));
        StringAssert.Matches(page, new("<th scope=\"row\">ResNet18 Fréchet distance</th><td>lower</td>\\s<td>\\d[^<]*</td>\\s<td>\\d[^<]*</td>\\s<td>\\d[^<]*</td>"));
    }

    [TestMethod]
    public void Bad_options_are_refused()
        => StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => new ResNet18ReportMetric(Context, new ResNet18Options { Threads = 5000 })).Message, "Threads must be 1 to 4096");
}
