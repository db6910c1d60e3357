using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// Names under which training and generation can be watched from outside: by <c>dotnet-counters</c>, OpenTelemetry, or any listener of
/// <see cref="System.Diagnostics.Metrics"/> and <see cref="ActivitySource"/>. Without a listener nothing is measured. docs/pipeline-guide.md lists the instruments.
/// </summary>
public static class SimpleDiffusionDiagnostics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Microsoft.ML.SimpleDiffusion";

    /// <summary>Name of the source of activities: <c>Train</c> for a run, <c>Generate</c> for a batch of images.</summary>
    public const string ActivitySourceName = "Microsoft.ML.SimpleDiffusion";

    internal static Meter Meter { get; } = new(MeterName);

    internal static ActivitySource Activities { get; } = new(ActivitySourceName);
}
