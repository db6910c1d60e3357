using System.Diagnostics;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>Measures training steps per second of all variants of a table in turns, so that all see the same machine.</summary>
/// <param name="context">ML.NET.</param>
/// <param name="settings">The command line.</param>
/// <param name="log">Is told how it goes.</param>
/// <param name="cancellationToken">Ends the measurement.</param>
internal sealed class SpeedMeasurement(MLContext context, Settings settings, Action<string> log, CancellationToken cancellationToken)
{
    /// <summary>More than any measurement does.</summary>
    private const int Steps = 1_000_000;

    /// <param name="table">The table.</param>
    /// <param name="pictures">A few training pictures.</param>
    /// <param name="rounds">How often each variant has its turn.</param>
    /// <param name="seconds">Length of a turn, after the first second.</param>
    public SpeedResult Measure(AblationTable table, IReadOnlyList<Picture> pictures, int rounds, double seconds)
    {
        var view = PictureSet.View(context, pictures, settings.Scale.Size);
        var keyed = context.Transforms.Conversion.MapValueToKey(nameof(Picture.Label)).Fit(view).Transform(view);
        var turns = table.Variants.ToDictionary(variant => variant.Name, _ => new List<Turn>());
        for (int round = 1; round <= rounds; round++)
        {
            foreach (var variant in table.Variants)
            {
                var turn = Train(variant, keyed, seconds);
                turns[variant.Name].Add(turn);
                log(FormattableString.Invariant(
                    $"table {table.Number}, {variant.Name}: round {round} of {rounds}, {turn.StepsPerSecond:F3} steps/s, {turn.StepsPerProcessorSecond:F3} steps per processor second"));
            }
        }

        var scale = settings.Scale;
        return new SpeedResult(
            scale.Size, scale.BaseChannels, scale.Batch, torch.get_num_threads(), turns.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<Turn>)pair.Value));
    }

    private Turn Train(Variant variant, IDataView view, double seconds)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var clock = new StepClock(seconds, stop);
        var options = settings.ToOptions();
        variant.Change(options);
        options.Training.Steps = Steps;
        options.Training.Progress = clock;
        options.Training.CancellationToken = stop.Token;
        options.Training.OnCancellation = CancellationBehavior.ReturnModel;
        using var model = context.Transforms.SimpleDiffusion(options).Fit(view);
        cancellationToken.ThrowIfCancellationRequested();
        return clock.Turn;
    }

    /// <summary>Times the steps from the first report on, which leaves out the first and slowest steps, and stops the training in time.</summary>
    private sealed class StepClock(double seconds, CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        private readonly Stopwatch _clock = new();
        private TimeSpan _processorAtStart;
        private int _firstStep;

        public Turn Turn { get; private set; } = new(double.NaN, double.NaN);

        public void Report(TrainingProgress value)
        {
            if (!_clock.IsRunning)
            {
                _firstStep = value.Step;
                _processorAtStart = Environment.CpuUsage.TotalTime;
                _clock.Start();
                return;
            }

            double elapsed = _clock.Elapsed.TotalSeconds;
            int steps = value.Step - _firstStep;
            Turn = new Turn(steps / elapsed, steps / (Environment.CpuUsage.TotalTime - _processorAtStart).TotalSeconds);
            if (elapsed >= seconds)
            {
                stop.Cancel();
            }
        }
    }
}
