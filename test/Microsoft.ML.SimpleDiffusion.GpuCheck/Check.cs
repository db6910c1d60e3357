using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Compute;

namespace Microsoft.ML.SimpleDiffusion.GpuCheck;

/// <summary>The whole check.</summary>
internal static class Check
{
    /// <param name="device">What to check.</param>
    /// <param name="timePerNetwork">How long to measure each network.</param>
    /// <param name="output">File to append the tables to, or null.</param>
    /// <returns>Exit code: 0, or 1 if the device computes something else than the CPU, or nothing at all.</returns>
    public static int Run(ComputeDevice device, TimeSpan timePerNetwork, FileInfo? output)
    {
        ComputeTarget target;
        try
        {
            target = ComputeTarget.Resolve(new ComputeOptions { Device = device });
        }
        catch (InvalidOperationException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }

        var report = new Report();
        report.Heading($"{DeviceFacts.Describe(target)}, {DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}");
        bool agrees = OperatorCheck.Run(target, report) & Comparison.Run(target, report);
        FeedMeasurement.Run(report);
        NetworkMeasurement.Run(target, timePerNetwork, report);
        report.Text(agrees ? "The device agrees with the CPU within the bounds." : "**The device does not agree with the CPU.**");
        if (output is not null)
        {
            File.AppendAllText(output.FullName, report.ToString());
        }

        return agrees ? 0 : 1;
    }
}
