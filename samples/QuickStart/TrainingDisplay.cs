using System.Globalization;
using Microsoft.ML.SimpleDiffusion;
using Spectre.Console;

namespace QuickStart;

/// <summary>Shows how a training goes: a bar on a terminal, a line every few seconds elsewhere.</summary>
internal static class TrainingDisplay
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    /// <param name="steps">Steps in all.</param>
    /// <param name="train">Does the training and reports to what it is given.</param>
    public static SimpleDiffusionTransformer Show(int steps, Func<IProgress<TrainingProgress>, SimpleDiffusionTransformer> train)
        => AnsiConsole.Profile.Capabilities.Interactive ? ShowBar(steps, train) : train(new Lines());

    private static SimpleDiffusionTransformer ShowBar(int steps, Func<IProgress<TrainingProgress>, SimpleDiffusionTransformer> train)
        => AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .Start(bars => train(new Bar(bars.AddTask("Reading the pictures ...", maxValue: steps))));

    private static string Describe(TrainingProgress progress) => string.Create(
        CultureInfo.InvariantCulture,
        $"step {progress.Step} of {progress.TotalSteps}, loss {progress.Loss:F4}, {progress.ImagesPerSecond:F0} images/s ({progress.ShareOfPeak:P0} of the matrix peak), {(int)progress.TimeRemaining.TotalMinutes:00}:{progress.TimeRemaining.Seconds:00} left");

    private static string Describe(TrainingEvaluation evaluation)
        => $"step {evaluation.Step}: {string.Join(", ", evaluation.Metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:G4}")))}";

    private sealed class Bar(ProgressTask task) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            task.Value = value.Step;
            task.Description = value.Step == 0 ? "Measuring the untrained model ..." : Describe(value);
        }
    }

    private sealed class Lines : IProgress<TrainingProgress>
    {
        private long _next;
        private TrainingEvaluation? _evaluation;

        public void Report(TrainingProgress value)
        {
            // The newest evaluation comes with every report until there is another.
            if (value.Evaluation is { } evaluation && evaluation != _evaluation)
            {
                _evaluation = evaluation;
                AnsiConsole.WriteLine(Describe(evaluation));
            }

            // Before the first step there is nothing to say of it.
            if (value.Step == 0)
            {
                return;
            }

            if (Environment.TickCount64 >= _next || value.Step == value.TotalSteps)
            {
                AnsiConsole.WriteLine(Describe(value));
                _next = Environment.TickCount64 + (long)LineInterval.TotalMilliseconds;
            }
        }
    }
}
