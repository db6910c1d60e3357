using Microsoft.ML.SimpleDiffusion.Training.Optimizers;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>Sums up the steps and reports about once a second, after each evaluation, and at the last step.</summary>
internal sealed class ProgressObserver : IStepObserver
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(30);

    private readonly TrainingRun _run;
    private readonly TrainingOptions _options;
    private readonly Func<double> _waitedSeconds;
    private readonly TrainingWork _work;
    private readonly SpeedReference _reference;
    private readonly RunReports _reports;
    private readonly GuardedProgress<TrainingProgress> _handler;
    private readonly Func<TrainingEvaluation?> _latestEvaluation;
    private readonly long _firstStep;
    private readonly ElapsedTimer _total;
    private readonly ElapsedTimer _sinceReport;
    private readonly ElapsedTimer _sinceLog;
    private double _lossSum;
    private int _lossCount;
    private int _steps;
    private double _waitedBefore;
    private TimeSpan _paused;
    private TrainingEvaluation? _evaluation;

    /// <param name="run">The run.</param>
    /// <param name="waitedSeconds">Seconds that the steps have waited for data so far.</param>
    /// <param name="work">What the steps take.</param>
    /// <param name="reference">What the speed is measured by.</param>
    /// <param name="reports">What is written for people to look at.</param>
    /// <param name="latestEvaluation">The newest evaluation, or null.</param>
    /// <param name="time">The clock.</param>
    public ProgressObserver(
        TrainingRun run, Func<double> waitedSeconds, TrainingWork work, SpeedReference reference, RunReports reports, Func<TrainingEvaluation?> latestEvaluation, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        (_total, _sinceReport, _sinceLog) = (new ElapsedTimer(time), new ElapsedTimer(time), new ElapsedTimer(time));
        _run = run;
        _options = run.Options.Training;
        _waitedSeconds = waitedSeconds;
        _work = work;
        _reference = reference;
        _reports = reports;
        _handler = new GuardedProgress<TrainingProgress>(_options.Progress, "training", "Training.Progress", run.Log.Warning);
        _latestEvaluation = latestEvaluation;
        _firstStep = run.State.Step;
    }

    /// <inheritdoc/>
    public bool IsDue(long step) => _sinceReport.Elapsed >= Interval;

    /// <inheritdoc/>
    public void AfterStep(long step, IReadOnlyList<StepResult> results)
    {
        _steps += results.Count;
        foreach (var result in results.Where(result => !result.IsSkipped))
        {
            _lossSum += result.Loss;
            _lossCount++;
        }

        bool isEvaluated = TakeEvaluation(), isLast = step == _options.LastStep;
        if (!isEvaluated && !isLast && !IsDue(step))
        {
            return;
        }

        var progress = Summarize(results[^1]);
        _handler.Report(progress);
        _reports.Write(progress);
        if (_sinceLog.Elapsed >= LogInterval || isLast)
        {
            _run.Log.Progress(progress);
            _sinceLog.Restart();
        }
    }

    /// <summary>Reports an evaluation that was made before the first step.</summary>
    public void Start()
    {
        if (TakeEvaluation())
        {
            _handler.Report(Summarize(new StepResult(_firstStep, double.NaN, double.NaN, LearningRateSchedule.At(_options, _firstStep))));
        }
    }

    /// <summary>Does what is no part of the steps: their speed does not count it, the time left does.</summary>
    public void Pause(Action action)
    {
        var before = _sinceReport.Elapsed;
        action();
        _paused += _sinceReport.Elapsed - before;
    }

    /// <summary>Takes up an evaluation that is new, and tells what it said.</summary>
    private bool TakeEvaluation()
    {
        if (_latestEvaluation() is not { } evaluation || ReferenceEquals(evaluation, _evaluation))
        {
            return false;
        }

        _evaluation = evaluation;
        _run.Log.Evaluation(evaluation);
        _reports.Write(evaluation);
        return true;
    }

    private TrainingProgress Summarize(StepResult result)
    {
        long stepsDone = result.StepsDone;
        double seconds = Math.Max((_sinceReport.Elapsed - _paused).TotalSeconds, 1e-9);
        double waited = _waitedSeconds();
        double imagesPerStep = (double)_options.BatchSize * _options.GradientAccumulation;
        double flops = _work.Between(stepsDone - _steps, stepsDone) * imagesPerStep / seconds;
        double workLeft = stepsDone == _firstStep ? 0 : _work.Between(stepsDone, Math.Max(_options.LastStep, stepsDone)) / _work.Between(_firstStep, stepsDone);
        var progress = new TrainingProgress
        {
            Step = (int)stepsDone,
            TotalSteps = _options.Steps,
            Loss = _lossCount > 0 ? _lossSum / _lossCount : double.NaN,
            LearningRate = result.LearningRate,
            GradientNorm = result.GradientNorm,
            SkippedSteps = _run.State.SkippedSteps,
            ImagesPerSecond = _steps * imagesPerStep / seconds,
            ModelFlopsPerSecond = flops,
            ShareOfPeak = _reference.ShareOfPeak(flops / _run.State.Ranks.Count, _total.Elapsed),
            MemoryBytes = _reference.Target.MemoryInUse,
            DataWaitShare = Math.Clamp((waited - _waitedBefore) / seconds, 0, 1),
            Evaluation = _evaluation,
            TimeRemaining = _total.Elapsed * workLeft,
        };
        (_lossSum, _lossCount, _steps, _waitedBefore, _paused) = (0, 0, 0, waited, TimeSpan.Zero);
        _sinceReport.Restart();
        return progress;
    }
}

/// <summary>
/// Time since a moment, by the monotonic clock: setting the system's clock does not change it. Where even that clock jumps back, as it has on
/// virtual machines, the time between two readings counts as none.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class ElapsedTimer(TimeProvider time)
{
    private long _last = time.GetTimestamp();
    private TimeSpan _elapsed;

    /// <summary>0 or more, and never less than before.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            long now = time.GetTimestamp();
            if (now > _last)
            {
                _elapsed += time.GetElapsedTime(_last, now);
            }

            _last = now;
            return _elapsed;
        }
    }

    public void Restart() => (_last, _elapsed) = (time.GetTimestamp(), TimeSpan.Zero);
}
