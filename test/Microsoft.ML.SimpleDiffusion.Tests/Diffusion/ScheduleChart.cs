using System.Globalization;
using System.Text;
using Microsoft.ML.SimpleDiffusion.Diffusion;

namespace Microsoft.ML.SimpleDiffusion.Tests.Diffusion;

/// <summary>Draws docs/images/schedules.svg: the schedules at 512×512 pixels, log-SNR over time.</summary>
internal static class ScheduleChart
{
    private const int Width = 760, Height = 440, Left = 60, Right = 290, Top = 20, Bottom = 50, Points = 100;
    private const double Highest = 16, Lowest = -22;

    public static string Draw()
    {
        var curves = new (string Name, string Colour, string Dash, INoiseSchedule Schedule)[]
        {
            ("cosine", "#888888", "none", Create(ScheduleType.Cosine, 64)),
            ("shifted, noise resolution 64", "#0072b2", "none", Create(ScheduleType.ShiftedCosine, 64)),
            ("shifted, noise resolution 32", "#56b4e9", "none", Create(ScheduleType.ShiftedCosine, 32)),
            ("interpolated 32, 256 (appendix A)", "#d55e00", "none", Create(ScheduleType.InterpolatedCosine, 64)),

            // The same class with its two schedules exchanged is what equation 6 says.
            ("interpolated as in equation 6", "#d55e00", "6 4", new InterpolatedSchedule(Create(ScheduleType.ShiftedCosine, 256), Create(ScheduleType.ShiftedCosine, 32))),
        };

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"13\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>\n");
        for (int logSnr = -20; logSnr <= 15; logSnr += 5)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left},{Y(logSnr):F1}H{Width - Right}\" stroke=\"#dddddd\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{Y(logSnr) + 4:F1}\" text-anchor=\"end\">{logSnr}</text>\n");
        }

        foreach (double t in new[] { 0, 0.25, 0.5, 0.75, 1 })
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(t):F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{t}</text>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(0.5):F1}\" y=\"{Height - 12}\" text-anchor=\"middle\">t: image (0) to noise (1)</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"16\" y=\"{Y(-3):F1}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {Y(-3):F1})\">log-SNR at 512×512</text>\n");
        for (int i = 0; i < curves.Length; i++)
        {
            var (name, colour, dash, schedule) = curves[i];
            var points = Enumerable.Range(0, Points + 1).Select(k => (double)k / Points)
                .Select(t => string.Create(CultureInfo.InvariantCulture, $"{X(t):F1},{Y(schedule.LogSnr(t)):F1}"));
            int y = Top + 14 + (22 * i), x = Width - Right + 14;
            string style = $"fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"";
            svg.Append(CultureInfo.InvariantCulture, $"<polyline {style} points=\"{string.Join(' ', points)}\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<path {style} d=\"M{x},{y}h22\"/><text x=\"{x + 28}\" y=\"{y + 4}\">{name}</text>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static INoiseSchedule Create(ScheduleType type, int noiseResolution)
        => NoiseSchedules.Create(new DiffusionOptions { Schedule = type, NoiseResolution = noiseResolution }, 512, 512);

    private static double X(double t) => Left + (t * (Width - Left - Right));

    private static double Y(double logSnr) => Top + ((Highest - logSnr) / (Highest - Lowest) * (Height - Top - Bottom));
}
