using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Onnx.Export;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Export;

[TestClass]
public partial class ModelCardTests
{
    [TestMethod]
    [DataRow(ScheduleType.Cosine)]
    [DataRow(ScheduleType.ShiftedCosine)]
    [DataRow(ScheduleType.InterpolatedCosine)]
    public void Formula_of_the_log_SNR_is_the_schedule(ScheduleType type)
    {
        var options = new SimpleDiffusionOptions { ImageHeight = 64, ImageWidth = 128, Diffusion = new DiffusionOptions { Schedule = type, LogSnrMin = -14, LogSnrMax = 12 } };
        var schedule = NoiseSchedules.Create(options);

        double[] numbers = [.. Formula().Match(ModelCard.LogSnrFormula(options)).Groups.Values.Skip(1).Select(group => double.Parse(group.Value, CultureInfo.InvariantCulture))];

        foreach (double t in new[] { 0, 0.01, 0.3, 0.5, 1 })
        {
            double value = (-2 * Math.Log(Math.Tan(numbers[0] + (t * numbers[1])))) + numbers[2] + (t * numbers[3]);
            Assert.AreEqual(schedule.LogSnr(t), value, 1e-9, $"t = {t}");
        }
    }

    [GeneratedRegex(@"^-2 \* log\(tan\((.*) \+ t \* (.*)\)\) \+ \((.*)\) \+ t \* \((.*)\)$")]
    private static partial Regex Formula();
}
