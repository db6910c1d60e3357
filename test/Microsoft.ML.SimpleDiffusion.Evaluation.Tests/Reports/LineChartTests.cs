using System.Globalization;
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

    [TestMethod]
    public void Several_lines_have_a_legend_and_doublings_are_equally_wide()
    {
        var lines = new[] { new ChartLine("few", [(1, 4), (2, 3), (4, 2)]) { HasMarkers = true }, new ChartLine("many", [(100, 2)]) { HasMarkers = true } };

        var root = XElement.Parse(LineChart.DrawOverDoublings("distance", "evaluations", lines, [("floor", 1.5)]));

        string[] texts = [.. root.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value.Trim())];
        foreach (string expected in (string[])["few", "many", "floor", "evaluations", "distance", "1", "2", "4", "64"])
        {
            CollectionAssert.Contains(texts, expected);
        }

        double[] way = root.Descendants().Where(element => element.Name.LocalName == "polyline").Select(Places).Single(places => places.Length == 6);
        Assert.AreEqual(way[2] - way[0], way[4] - way[2], 0.05);
    }

    /// <summary>The floor of a distance that is free of bias may be below 0, and a value may be none.</summary>
    [TestMethod]
    [DataRow(-0.1, 0.2)]
    [DataRow(0.0, 0.0)]
    [DataRow(double.NaN, 1.0)]
    [DataRow(1.0, double.PositiveInfinity)]
    public void One_place_and_any_level_give_a_chart(double level, double value)
    {
        string svg = LineChart.DrawOverDoublings("distance", "evaluations", [new ChartLine("students", [(4, value)]) { HasMarkers = true }], [("floor", level)]);

        Assert.StartsWith("<svg", svg);
        Assert.DoesNotContain("NaN", svg);
        Assert.DoesNotContain("logarithmic", svg);
    }

    private static double[] Places(XElement line)
        => [.. line.Attribute("points")!.Value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
}
