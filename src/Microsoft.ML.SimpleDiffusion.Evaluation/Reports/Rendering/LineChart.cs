using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>Draws lines over training steps or another number as SVG. The background is transparent: the page decides about light and dark.</summary>
internal static class LineChart
{
    public const int Width = 640;
    public const int Height = 300;

    /// <summary>From this ratio of the largest to the smallest value on, the vertical axis is logarithmic.</summary>
    private const double LogarithmicFrom = 5;

    /// <summary>Losses and metrics are of the size of float32. The charts' library counts no further than double, and its writer then hides the reason.</summary>
    private const double LargestValue = 1e100;

    private static readonly OxyColor LevelColor = OxyColor.FromRgb(0x56, 0x59, 0x5f);

    /// <summary>Colours that stay apart for the colour-blind (Okabe and Ito), with marks that tell the lines apart without them.</summary>
    private static readonly (OxyColor Color, MarkerType Marker)[] Looks =
    [
        (OxyColor.FromRgb(0x00, 0x72, 0xb2), MarkerType.Circle),
        (OxyColor.FromRgb(0xe6, 0x9f, 0x00), MarkerType.Square),
        (OxyColor.FromRgb(0x00, 0x9e, 0x73), MarkerType.Triangle),
        (OxyColor.FromRgb(0xd5, 0x5e, 0x00), MarkerType.Diamond),
    ];

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

        var line = new ChartLine(name, [.. finite.Select(point => ((double)point.Step, point.Value))]) { HasMarkers = hasMarkers };
        return Draw(new LinearAxis { Title = "step", MinimumPadding = 0.01 }, name, [line]);
    }

    /// <summary>Draws several lines with a legend over a number whose doubling counts, wherever it is.</summary>
    /// <param name="name">What is drawn; the title of the vertical axis.</param>
    /// <param name="over">What it is drawn over; the title of the horizontal axis.</param>
    /// <param name="lines">The lines. Values that are not finite are left out.</param>
    /// <param name="levels">Values that hold everywhere, by name; drawn as dashed lines from side to side.</param>
    public static string DrawOverDoublings(string name, string over, IReadOnlyList<ChartLine> lines, IReadOnlyList<(string Name, double Value)> levels)
    {
        const double margin = 1.25;
        var finite = lines.Select(line => line with { Points = [.. line.Points.Where(point => double.IsFinite(point.Y))] }).Where(line => line.Points.Count > 0).ToList();
        var places = finite.SelectMany(line => line.Points).Select(point => point.X).DefaultIfEmpty(1).ToList();
        double from = places.Min() / margin, to = places.Max() * margin;
        var across = levels.Where(level => double.IsFinite(level.Value)).Select(level => new ChartLine(level.Name, [(from, level.Value), (to, level.Value)]) { IsDashed = true });
        var axis = new LogarithmicAxis { Title = over, Base = 2, Minimum = from, Maximum = to, StringFormat = "0.##" };
        return Draw(axis, name, [.. finite, .. across]);
    }

    private static string Draw(Axis horizontal, string name, IReadOnlyList<ChartLine> lines)
    {
        var model = new PlotModel { DefaultFont = "sans-serif", DefaultFontSize = 13, PlotAreaBorderThickness = new OxyThickness(0), Background = OxyColors.Transparent };
        horizontal.Position = AxisPosition.Bottom;
        model.Axes.Add(Style(horizontal));
        var vertical = CreateValueAxis(name, [.. lines.SelectMany(line => line.Points).Select(point => point.Y)]);
        model.Axes.Add(Style(vertical));
        for (int i = 0; i < lines.Count; i++)
        {
            model.Series.Add(CreateSeries(lines[i], i));
        }

        IRenderContext? measurer = null;
        if (lines.Count > 1)
        {
            measurer = new WideText();
            (vertical.MinimumPadding, vertical.MaximumPadding) = (0.06, 0.06);
            model.Legends.Add(CreateLegend());
        }

        return Scalable(SvgExporter.ExportToString(model, Width, Height, isDocument: false, textMeasurer: measurer));
    }

    private static Legend CreateLegend() => new()
    {
        LegendPlacement = LegendPlacement.Outside,
        LegendPosition = LegendPosition.RightTop,
        LegendMargin = 0,
        LegendLineSpacing = 6,
    };

    private static LineSeries CreateSeries(ChartLine line, int index)
    {
        var (color, marker) = line.IsDashed ? (LevelColor, MarkerType.None) : Looks[index % Looks.Length];
        var series = new LineSeries
        {
            Title = line.Name,
            Color = color,
            StrokeThickness = 2,
            Dashes = line.IsDashed ? [6, 4] : null,
            MarkerType = line.HasMarkers ? marker : MarkerType.None,
            MarkerSize = 4,
            MarkerFill = color,
        };
        series.Points.AddRange(line.Points.Select(point => new DataPoint(point.X, point.Y)));
        return series;
    }

    private static Axis CreateValueAxis(string name, IReadOnlyList<double> values)
    {
        double lowest = values.DefaultIfEmpty(0).Min();
        bool isLogarithmic = lowest > 0 && values.Max() / lowest >= LogarithmicFrom;
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

    /// <summary>The exporter measures text narrower than browsers draw it, and a legend is cut off where its measured text ends.</summary>
    private sealed class WideText() : PdfRenderContext(LineChart.Width, LineChart.Height, OxyColors.Transparent)
    {
        private const double Wider = 1.6;

        public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
        {
            var size = base.MeasureText(text, fontFamily, fontSize, fontWeight);
            return new OxySize(size.Width * Wider, size.Height);
        }
    }
}
