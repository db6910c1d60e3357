using Microsoft.ML.SimpleDiffusion.Training.Data;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>Sums up the steps and reports about once a second, and at the last step.</summary>
internal sealed class ProgressReporter
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(30);

    private readonly TrainingLog _log;
    private readonly SimpleDiffusionOptions _options;
    private readonly BatchFeed _feed;
    private readonly long _firstStep;
    private readonly ElapsedTimer _total;
    private readonly ElapsedTimer _sinceReport;
    private readonly ElapsedTimer _sinceLog;
    private double _lossSum;
    private int _lossCount;
    private int _steps;
    private double _waitedBefore;

    public ProgressReporter(TrainingLog log, SimpleDiffusionOptions options, BatchFeed feed, long firstStep, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        (_total, _sinceReport, _sinceLog) = (new ElapsedTimer(time), new ElapsedTimer(time), new ElapsedTimer(time));
        _log = log;
        _options = options;
        _feed = feed;
        _firstStep = firstStep;
    }

    /// <param name="stepsDone">Optimizer steps done, this one included.</param>
    /// <param name="result">What this step has to tell.</param>
    public void Report(long stepsDone, StepResult result)
    {
        _steps++;
        if (!result.Skipped)
        {
            _lossSum += result.Loss;
            _lossCount++;
        }

        bool isLast = stepsDone == _options.Training.Steps;
        if (_sinceReport.Elapsed < Interval && !isLast)
        {
            return;
        }

        var progress = Summarize(stepsDone, result);
        _options.Training.Progress?.Report(progress);
        if (_sinceLog.Elapsed >= LogInterval || isLast)
        {
            _log.Progress(progress);
            _sinceLog.Restart();
        }
    }

    private TrainingProgress Summarize(long stepsDone, StepResult result)
    {
        var training = _options.Training;
        double seconds = Math.Max(_sinceReport.Elapsed.TotalSeconds, 1e-9);
        double waited = _feed.WaitedSeconds;
        double secondsPerStep = _total.Elapsed.TotalSeconds / Math.Max(stepsDone - _firstStep, 1);
        var progress = new TrainingProgress(
            (int)stepsDone,
            training.Steps,
            _lossCount > 0 ? _lossSum / _lossCount : double.NaN,
            result.LearningRate,
            result.GradientNorm,
            (double)_steps * training.BatchSize * training.GradientAccumulation / seconds,
            Math.Clamp((waited - _waitedBefore) / seconds, 0, 1),
            TimeSpan.FromSeconds(secondsPerStep * (training.Steps - stepsDone)));
        (_lossSum, _lossCount, _steps, _waitedBefore) = (0, 0, 0, waited);
        _sinceReport.Restart();
        return progress;
    }
}
