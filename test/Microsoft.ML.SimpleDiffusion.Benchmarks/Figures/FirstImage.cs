using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;

/// <summary>From the start of a process to the first image of a model.zip, and the memory that it takes. The same program for both back ends: the file says which.</summary>
internal static class FirstImage
{
    /// <summary>First argument of the process that is measured.</summary>
    public const string Switch = "--first-image";

    /// <summary>Name of the column of pixels.</summary>
    public const string Pixels = "Pixels";

    /// <summary>Seconds, and resident bytes at the end.</summary>
    public static (double Seconds, double Bytes) Of(string model, string label)
    {
        string output = string.Empty;
        double seconds = Timing.Seconds(() => output = OwnProcess.Run(Switch, model, label));
        return (seconds, double.Parse(output, CultureInfo.InvariantCulture));
    }

    /// <summary>What the process of its own does.</summary>
    public static void Print(string model, string label)
    {
        var context = new MLContext(1);
        var transformer = context.Model.Load(model, out _);
        var rows = transformer.Transform(context.Data.LoadFromEnumerable([new Row { Label = label }]));
        _ = rows.GetColumn<VBuffer<float>>(Pixels).Single();
        Console.WriteLine(Environment.WorkingSet);
        (transformer as IDisposable)?.Dispose();
    }

    private sealed class Row
    {
        public string Label { get; set; } = string.Empty;
    }
}
