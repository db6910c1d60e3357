using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests;

[TestClass]
[DoNotParallelize]
public class DiagnosticsTests
{
    [TestMethod]
    public void Listeners_hear_of_steps_images_and_times()
    {
        var sums = new ConcurrentDictionary<string, double>();
        using var meters = new MeterListener { InstrumentPublished = (instrument, listener) => Enable(instrument, listener) };
        meters.SetMeasurementEventCallback<long>((instrument, value, _, _) => sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        meters.SetMeasurementEventCallback<double>((instrument, value, _, _) => sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        meters.Start();
        var activities = new ConcurrentBag<string>();
        using var traces = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SimpleDiffusionDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => activities.Add($"{activity.OperationName} {activity.GetTagItem("simple_diffusion.steps")}"),
        };
        ActivitySource.AddActivityListener(traces);

        var context = new MLContext(1);
        var options = TinyData.Options(steps: 3);
        var data = TinyData.View(context);
        using var model = context.Transforms.SimpleDiffusion(options).Fit(data);
        _ = model.Transform(context.Data.TakeRows(data, 2)).GetColumn<MLImage>(options.OutputColumnName).Count();

        Assert.AreEqual(3, sums["simple_diffusion.training.steps"]);
        Assert.AreEqual(3 * options.Training.BatchSize, sums["simple_diffusion.training.images"]);
        Assert.IsGreaterThan(0, sums["simple_diffusion.training.loss"]);
        Assert.AreEqual(2, sums["simple_diffusion.generation.images"]);
        Assert.IsGreaterThan(0, sums["simple_diffusion.generation.duration"]);
        CollectionAssert.Contains(activities.ToArray(), "Train 3");
        CollectionAssert.Contains(activities.ToArray(), $"Generate {options.Sampling.Steps}");
    }

    private static void Enable(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name == SimpleDiffusionDiagnostics.MeterName)
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }
}
