using System.Globalization;

namespace Microsoft.ML.SimpleDiffusion.Experiments;

/// <summary>Lines with the time of day.</summary>
internal static class Log
{
    public static void Write(string message) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.Now:HH:mm:ss} {message}"));
}
