using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>Tells listeners of the library's meter and activities how generation goes.</summary>
internal static class GenerationMeter
{
    private static readonly Counter<long> Images = SimpleDiffusionDiagnostics.Meter.CreateCounter<long>("simple_diffusion.generation.images", "{image}", "Images generated.");
    private static readonly Histogram<double> Duration = SimpleDiffusionDiagnostics.Meter.CreateHistogram<double>("simple_diffusion.generation.duration", "s", "Time of a batch.");

    /// <summary>Generates a batch and tells how long that took.</summary>
    public static byte[][] Measure(int count, SamplingOptions sampling, Func<byte[][]> generate)
    {
        using var activity = SimpleDiffusionDiagnostics.Activities.StartActivity("Generate");
        activity?.SetTag("simple_diffusion.images", count).SetTag("simple_diffusion.sampler", sampling.Sampler.ToString()).SetTag("simple_diffusion.steps", sampling.Steps);
        long start = Stopwatch.GetTimestamp();
        byte[][] images = generate();
        Images.Add(count);
        Duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, new KeyValuePair<string, object?>("sampler", sampling.Sampler.ToString()));
        return images;
    }
}
