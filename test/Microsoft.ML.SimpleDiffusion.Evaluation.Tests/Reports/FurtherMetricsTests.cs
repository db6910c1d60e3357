using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports;

[TestClass]
public class FurtherMetricsTests
{
    private static readonly MLContext Context = new(1);
    private static readonly ImageSize Size = new(1, 2, 2);

    [TestMethod]
    public void Further_metric_gets_generated_real_and_noisy_images_and_the_reference()
    {
        var row = Report(new Brightness()).Metrics[^1];

        Assert.AreEqual(("Brightness", true), (row.Name, row.HigherIsBetter));
        Assert.AreEqual(10, row.Model);
        Assert.AreEqual(20, row.Real);
        Assert.IsNotNull(row.Noise);
        Assert.IsFalse(row.Noise is 10 or 20 or 0);
    }

    [TestMethod]
    public void Metric_with_another_number_of_values_is_told_by_its_name()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Report(new Brightness(values: 2)));

        Assert.AreEqual("The metric 'Brightness' has 2 values for 3 sets of images.", error.Message);
    }

    [TestMethod]
    public void Options_take_no_metric_that_is_null_and_ten_at_most()
    {
        StringAssert.Contains(Refuse([null!]), "The option Metrics must have no metric that is null");
        StringAssert.Contains(Refuse([.. Enumerable.Repeat(new Brightness(), 11)]), "The option Metrics.Count must be 0 to 10");
        new ReportOptions { Metrics = [new Brightness()] }.Validate();

        static string Refuse(IReadOnlyList<IImageSetMetric> metrics) => Assert.Throws<ArgumentOutOfRangeException>(new ReportOptions { Metrics = metrics }.Validate).Message;
    }

    private static QualityReport Report(IImageSetMetric metric)
    {
        ImageRow[] generated = Images(110), real = Images(120), reference = Images(100);
        var quality = new QualityMeasures(Context, new CoarsePixels(Size), real, reference, new ReportOptions { Metrics = [metric] });
        return quality.Report(quality.Measure(generated), generated, Size, []);
    }

    private static ImageRow[] Images(byte brightness) => [.. Enumerable.Range(0, 12).Select(_ => new ImageRow { Pixels = [brightness, brightness, brightness, brightness] })];

    /// <summary>How much brighter a set is than the reference.</summary>
    private sealed class Brightness(int values = 3) : IImageSetMetric
    {
        public string Name => "Brightness";

        public bool HigherIsBetter => true;

        public IReadOnlyList<double> Measure(IReadOnlyList<IDataView> sets, IDataView reference, string imageColumnName, CancellationToken cancellationToken)
            => [.. sets.Take(values).Select(set => Mean(set) - Mean(reference))];

        private static double Mean(IDataView view) => view.GetColumn<byte[]>(nameof(ImageRow.Pixels)).SelectMany(pixels => pixels).Average(value => (double)value);
    }
}
