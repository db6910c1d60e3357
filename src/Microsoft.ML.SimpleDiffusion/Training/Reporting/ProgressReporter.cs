using Microsoft.ML.SimpleDiffusion.Training.Feed;
using Microsoft.ML.SimpleDiffusion.Training.Optimizers;

namespace Microsoft.ML.SimpleDiffusion.Training.Reporting;

/// <summary>Sums up the steps and reports about once a second, after each evaluation, and at the last step.</summary>
internal sealed class ProgressReporter
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(30);

    private readonly TrainingLog _log;
    private readonly SimpleDiffusionOptions _options;
    private readonly BatchFeed _feed;
    private readonly TrainingState _state;
    private readonly long _firstStep;
    private readonly Yardstick _yardstick;
    private readonly RunReports _reports;
    private readonly ElapsedTimer _total;
    private readonly ElapsedTimer _sinceReport;
    private readonly ElapsedTimer _sinceLog;
    private double _lossSum;
    private int _lossCount;
    private int _steps;
    private double _waitedBefore;
    private TimeSpan _paused;
    private TrainingEvaluation? _evaluation;
    private bool _isReportDue;

    public ProgressReporter(
        TrainingLog log, SimpleDiffusionOptions options, BatchFeed feed, TrainingState state, Yardstick yardstick, RunReports reports, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        (_total, _sinceReport, _sinceLog) = (new ElapsedTimer(time), new ElapsedTimer(time), new ElapsedTimer(time));
        _log = log;
        _options = options;
        _feed = feed;
        _state = state;
        _firstStep = state.Step;
        _yardstick = yardstick;
        _reports = reports;
    }

    /// <summary>Whether it is time to tell something.</summary>
    public bool IsDue => _isReportDue || _sinceReport.Elapsed >= Interval;

    /// <param name="results">What the last steps have to tell, at least one.</param>
    public void Report(IReadOnlyList<StepResult> results)
    {
        _steps += results.Count;
        foreach (var step in results.Where(step => !step.IsSkipped))
        {
            _lossSum += step.Loss;
            _lossCount++;
        }

        var result = results[^1];
        bool isLast = result.StepsDone == _options.Training.LastStep;
        if (!IsDue && !isLast)
        {
            return;
        }

        _isReportDue = false;
        var progress = Summarize(result);
        _options.Training.Progress?.Report(progress);
        _reports.Write(progress);
        if (_sinceLog.Elapsed >= LogInterval || isLast)
        {
            _log.Progress(progress);
            _sinceLog.Restart();
        }
    }

    /// <summary>Tells what an evaluation said. The report of the step follows without delay.</summary>
    public void Evaluated(TrainingEvaluation evaluation)
    {
        (_evaluation, _isReportDue) = (evaluation, true);
        _log.Evaluation(evaluation);
        _reports.Write(evaluation);
    }

    /// <summary>Reports an evaluation that was made before the first step.</summary>
    public void ReportStart()
    {
        _isReportDue = false;
        _options.Training.Progress?.Report(Summarize(new StepResult(_firstStep, double.NaN, double.NaN, LearningRateSchedule.At(_options.Training, _firstStep))));
    }

    /// <summary>Does what is no part of the steps: their speed does not count it, the time left does.</summary>
    public void Pause(Action action)
    {
        var before = _sinceReport.Elapsed;
        action();
        _paused += _sinceReport.Elapsed - before;
    }

    private TrainingProgress Summarize(StepResult result)
    {
        var training = _options.Training;
        long stepsDone = result.StepsDone;
        double seconds = Math.Max((_sinceReport.Elapsed - _paused).TotalSeconds, 1e-9);
        double waited = _feed.WaitedSeconds;
        double secondsPerStep = _total.Elapsed.TotalSeconds / Math.Max(stepsDone - _firstStep, 1);
        double imagesPerSecond = (double)_steps * training.BatchSize * training.GradientAccumulation / seconds;
        double flops = imagesPerSecond * _yardstick.FlopsPerImage;
        var progress = new TrainingProgress
        {
            Step = (int)stepsDone,
            TotalSteps = training.Steps,
            Loss = _lossCount > 0 ? _lossSum / _lossCount : double.NaN,
            LearningRate = result.LearningRate,
            GradientNorm = result.GradientNorm,
            SkippedSteps = _state.SkippedSteps,
            ImagesPerSecond = imagesPerSecond,
            ModelFlopsPerSecond = flops,
            ShareOfPeak = flops / _yardstick.PeakFlops,
            MemoryBytes = _yardstick.Target.MemoryInUse,
            DataWaitShare = Math.Clamp((waited - _waitedBefore) / seconds, 0, 1),
            Evaluation = _evaluation,
            TimeRemaining = stepsDone == _firstStep ? TimeSpan.Zero : TimeSpan.FromSeconds(secondsPerStep * (training.LastStep - stepsDone)),
        };
        (_lossSum, _lossCount, _steps, _waitedBefore, _paused) = (0, 0, 0, waited, TimeSpan.Zero);
        _sinceReport.Restart();
        return progress;
    }
}
