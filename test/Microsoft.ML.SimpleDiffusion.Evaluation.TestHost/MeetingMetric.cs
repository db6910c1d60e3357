using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.TestHost;

/// <summary>
/// A metric that notes each process that measures, and at first waits for the other one, so that both do some of the work whichever is slower to start.
/// </summary>
/// <param name="folder">Folder for a file by each process.</param>
/// <param name="conduct"><c>work</c>: measure; <c>die</c>: the worker dies at its first measurement; <c>wait</c>: both wait for good.</param>
internal sealed class MeetingMetric(string folder, string conduct) : IValidationMetric
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public string Name => "Meeting";

    public bool HigherIsBetter => false;

    public double Evaluate(SimpleDiffusionTransformer model, IDataView validation, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)), string.Empty);
        var clock = Stopwatch.StartNew();
        while (Directory.GetFiles(folder).Length < 2 && clock.Elapsed < Patience)
        {
            Thread.Sleep(20);
        }

        if (conduct == "die" && Environment.GetEnvironmentVariable("SIMPLEDIFFUSION_SWEEP_WORKER") is not null)
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
        }

        if (conduct == "wait")
        {
            Thread.Sleep(Timeout.Infinite);
        }

        return model.Options.Training.LearningRate;
    }
}
