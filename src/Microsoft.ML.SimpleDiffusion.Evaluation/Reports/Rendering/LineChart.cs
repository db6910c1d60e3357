using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>Draws a line over training steps as SVG. The background is transparent: the page decides about light and dark.</summary>
internal static class LineChart
{
    public const int Width = 640;
    public const int Height = 300;

    /// <summary>From this ratio of the largest to the smallest value on, the vertical axis is logarithmic.</summary>
    private const double LogarithmicFrom = 5;

    /// <summary>Losses and metrics are of the size of float32. The charts' library counts no further than double, and its writer then hides the reason.</summary>
    private const double LargestValue = 1e100;

    /// <param name="name">What is drawn; the title of the vertical axis.</param>
    /// <param name="points">Steps and values, by step. Values that are not finite are left out.</param>
    /// <param name="hasMarkers">Whether each point is marked: for few points.</param>
    /// <exception cref="FormatException">A value or a step is none that a training can have: the history that it comes from is damaged.</exception>
    public static string Draw(string name, IEnumerable<(long Step, double Value)> points, bool hasMarkers)
    {
        var finite = points.Where(point => double.IsFinite(point.Value)).ToList();
        foreach (var (step, value) in finite.Where(point => Math.Abs(point.Value) > LargestValue || point.Step < 0))
        {
            throw new FormatException(FormattableString.Invariant($"The chart of {name} cannot be drawn: its value at step {step} is {value}. The history of the model is damaged."));
        }

        var line = new LineSeries
        {
            Color = OxyColor.FromRgb(0x00, 0x72, 0xb2),
            StrokeThickness = 2,
            MarkerType = hasMarkers ? MarkerType.Circle : MarkerType.None,
            MarkerSize = 4,
            MarkerFill = OxyColor.FromRgb(0x00, 0x72, 0xb2),
        };
        line.Points.AddRange(finite.Select(point => new DataPoint(point.Step, point.Value)));
        var model = new PlotModel { DefaultFont = "sans-serif", DefaultFontSize = 13, PlotAreaBorderThickness = new OxyThickness(0), Background = OxyColors.Transparent };
        model.Axes.Add(Style(new LinearAxis { Position = AxisPosition.Bottom, Title = "step", MinimumPadding = 0.01 }));
        model.Axes.Add(Style(CreateValueAxis(name, finite)));
        model.Series.Add(line);
        return Scalable(SvgExporter.ExportToString(model, Width, Height, isDocument: false));
    }

    private static Axis CreateValueAxis(string name, List<(long Step, double Value)> points)
    {
        double lowest = points.Count == 0 ? 0 : points.Min(point => point.Value);
        bool isLogarithmic = lowest > 0 && points.Max(point => point.Value) / lowest >= LogarithmicFrom;
        var axis = isLogarithmic ? (Axis)new LogarithmicAxis { MinorTickSize = 0 } : new LinearAxis();
        axis.Position = AxisPosition.Left;
        axis.Title = isLogarithmic ? $"{name} (logarithmic)" : name;
        axis.MajorGridlineStyle = LineStyle.Solid;
        return axis;
    }

    private static Axis Style(Axis axis)
    {
        axis.MajorGridlineColor = OxyColor.FromRgb(0xdd, 0xdd, 0xdd);
        axis.TickStyle = TickStyle.None;
        axis.AxisTitleDistance = 16;
        return axis;
    }

    /// <summary>The exporter gives a size in pixels alone; with a view box the drawing follows the width that the page gives it.</summary>
    private static string Scalable(string svg)
    {
        var root = XElement.Parse(svg);
        root.SetAttributeValue("viewBox", $"0 0 {Width} {Height}");
        return root.ToString(SaveOptions.DisableFormatting);
    }
}
