using Microsoft.ML.Runtime;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>All variants of the tables asked for, one after the other, and a report after each.</summary>
/// <param name="settings">The command line, checked.</param>
/// <param name="log">Is told how it goes.</param>
/// <param name="cancellationToken">Ends the run; the same run goes on from there.</param>
internal sealed class AblationRun(Settings settings, Action<string> log, CancellationToken cancellationToken)
{
    /// <summary>Enough for speed, which does not depend on how many pictures there are.</summary>
    private const int PicturesForSpeed = 64;

    private const int CalibrationRounds = 3;
    private const int CalibrationSeconds = 8;

    private readonly OutputFiles _files = new(settings.Output);

    /// <summary>Measures the speed of the variants, and trains nothing to its end.</summary>
    public void MeasureSpeed()
    {
        settings.Output.Create();
        var pictures = PictureSet.Load(settings.Images, settings.Scale.Size, PicturesForSpeed);
        foreach (var table in settings.Tables)
        {
            _files.WriteSpeed(table, Speed().Measure(table, pictures, settings.Rounds, settings.SecondsPerRound));
            Report.Write(_files);
        }
    }

    /// <summary>Trains and measures the variants.</summary>
    public void Execute()
    {
        _files.Claim(settings.Scale);
        if (settings.Threads is int threads)
        {
            torch.set_num_threads(threads);
        }

        var training = PictureSet.Load(settings.Images, settings.Scale.Size);
        var real = HeldOut();
        var (yardstick, baseline) = Yardstick.Create(training, real, settings.Scale.Size, log, cancellationToken);
        using (yardstick)
        {
            log($"{training.Count} training pictures of {baseline.Classes.Count} classes, {real.Count} held-out ones");
            PictureGrid.Write(real, baseline.Classes, settings.Scale.Size, _files.RealPictureFile);
            _files.WriteBaseline(baseline);
            foreach (var table in settings.Tables)
            {
                Execute(table, training, yardstick);
            }
        }
    }

    private void Execute(AblationTable table, IReadOnlyList<Picture> training, Yardstick yardstick)
    {
        var context = new MLContext(settings.Scale.Seed);
        context.Log += LogTraining;
        var run = new VariantRun(context, settings, training, yardstick, log, cancellationToken);
        var steps = Steps(table, training);
        foreach (var variant in table.Variants)
        {
            run.Execute(table, variant, steps(variant));
            Report.Write(_files);
        }
    }

    /// <summary>Steps of each variant: the same for all, or what it does in the same time.</summary>
    private Func<Variant, int> Steps(AblationTable table, IReadOnlyList<Picture> training)
    {
        if (settings.Scale.Minutes is not double minutes)
        {
            return _ => settings.Scale.Steps!.Value;
        }

        var calibration = _files.ReadCalibration(table);
        if (calibration is null || table.Variants.Any(variant => !calibration.Turns.ContainsKey(variant.Name)))
        {
            calibration = Speed().Measure(table, PictureSet.Spread(training, PicturesForSpeed), CalibrationRounds, CalibrationSeconds);
            _files.WriteCalibration(table, calibration);
        }

        return variant => calibration.StepsIn(variant.Name, minutes);
    }

    private IReadOnlyList<Picture> HeldOut()
    {
        var all = PictureSet.Load(settings.Validation!, settings.Scale.Size);
        return PictureSet.Spread(all, Math.Min(settings.Scale.Samples, all.Count));
    }

    private SpeedMeasurement Speed() => new(new MLContext(settings.Scale.Seed), settings, log, cancellationToken);

    /// <summary>Passes on what the trainer says: the network, where it goes on, and every half minute how it goes.</summary>
    private void LogTraining(object? sender, LoggingEventArgs e)
    {
        if (e.Kind is ChannelMessageKind.Info or ChannelMessageKind.Warning
            && e.Source.Contains(nameof(SimpleDiffusionEstimator), StringComparison.Ordinal))
        {
            log(e.RawMessage);
        }
    }
}
