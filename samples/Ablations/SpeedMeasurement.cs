using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion;

namespace Ablations;

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
        var speeds = table.Variants.ToDictionary(variant => variant.Name, _ => new List<double>());
        for (int round = 1; round <= rounds; round++)
        {
            foreach (var variant in table.Variants)
            {
                double speed = StepsPerSecond(variant, keyed, seconds);
                speeds[variant.Name].Add(speed);
                log(FormattableString.Invariant($"table {table.Number}, {variant.Name}: round {round} of {rounds}, {speed:F3} steps/s"));
            }
        }

        var scale = settings.Scale;
        return new SpeedResult(
            scale.Size, scale.BaseChannels, scale.Batch, speeds.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<double>)pair.Value));
    }

    private double StepsPerSecond(Variant variant, IDataView view, double seconds)
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
        return clock.StepsPerSecond;
    }

    /// <summary>Times the steps from the first report on, which leaves out the first and slowest steps, and stops the training in time.</summary>
    private sealed class StepClock(double seconds, CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        private readonly Stopwatch _clock = new();
        private int _firstStep;

        public double StepsPerSecond { get; private set; }

        public void Report(TrainingProgress value)
        {
            if (!_clock.IsRunning)
            {
                _firstStep = value.Step;
                _clock.Start();
                return;
            }

            double elapsed = _clock.Elapsed.TotalSeconds;
            StepsPerSecond = (value.Step - _firstStep) / elapsed;
            if (elapsed >= seconds)
            {
                stop.Cancel();
            }
        }
    }
}
