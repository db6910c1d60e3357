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

    /// <summary>Found in use: the charts' library ended with "Writer is closed".</summary>
    [TestMethod]
    [DataRow(1e308, 1L)]
    [DataRow(-1e308, 1L)]
    [DataRow(1.0, -5L)]
    public void Value_that_no_training_has_is_named(double value, long step)
    {
        var error = Assert.ThrowsExactly<FormatException>(() => LineChart.Draw("loss", [(0, 1.0), (step, value), (2, -value)], hasMarkers: false));

        Assert.StartsWith(FormattableString.Invariant($"The chart of loss cannot be drawn: its value at step {step} is {value}."), error.Message);
    }

    [TestMethod]
    [DataRow(1e100, -1e100, 10L)]
    [DataRow(1e100, 1e-300, 10L)]
    [DataRow(5e-324, 1.0, long.MaxValue)]
    [DataRow(float.MaxValue, 0.1, int.MaxValue)]
    public void Values_at_the_edges_give_a_chart(double first, double second, long step)
        => Assert.StartsWith("<svg", LineChart.Draw("loss", [(0, first), (step, second)], hasMarkers: true));
}
