using System.Xml.Linq;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports;

[TestClass]
public class LineChartTests
{
    [TestMethod]
    public void Chart_is_an_image_that_scales_and_names_its_axes()
    {
        string svg = LineChart.Draw("loss", [(0, 1.0), (100, 0.1)], hasMarkers: false);
        var root = XElement.Parse(svg);
        Assert.AreEqual("0 0 640 300", root.Attribute("viewBox")!.Value);
        StringAssert.Contains(root.Value, "loss (logarithmic)");
        StringAssert.Contains(root.Value, "step");
    }

    [TestMethod]
    [DataRow(1.0, 0.5)]
    [DataRow(-1.0, 0.0)]
    [DataRow(3.0, 3.0)]
    public void Values_that_are_close_or_not_positive_have_a_linear_axis(double first, double second)
        => Assert.DoesNotContain("logarithmic", LineChart.Draw("loss", [(0, first), (100, second)], hasMarkers: true));

    [TestMethod]
    public void Values_that_are_not_finite_and_no_values_at_all_give_a_chart_too()
    {
        Assert.DoesNotContain("NaN", LineChart.Draw("loss", [(0, double.NaN), (50, double.PositiveInfinity), (100, 1)], hasMarkers: true));
        Assert.DoesNotContain("NaN", LineChart.Draw("loss", [], hasMarkers: true));
    }
}
