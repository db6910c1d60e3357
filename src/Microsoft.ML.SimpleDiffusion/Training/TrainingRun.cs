using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using Microsoft.ML.SimpleDiffusion.Training.Reporting;
using Microsoft.ML.SimpleDiffusion.Training.Validation;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>One call of <see cref="SimpleDiffusionEstimator.Fit(IDataView)"/>: reads the data, trains, and hands over the model.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingLog _log;
    private readonly SimpleDiffusionOptions _options;
    private readonly ComputeTarget _target;
    private readonly ImageDataset _data;
    private readonly ModelConfiguration _configuration;
    private readonly DenoisingNetwork _network;
    private readonly TrainingState _state;
    private readonly CheckpointStore? _store;
    private readonly RunCheckpoints _checkpoints;
    private readonly NetworkPlan _plan;
    private readonly RunReports _reports;
    private readonly RunHistory _history = new();
    private readonly AverageModel? _average;
    private readonly Validator? _validator;

    /// <summary>Does everything that can fail before the first step.</summary>
    private TrainingRun(IHostEnvironment environment, SimpleDiffusionOptions options, IDataView input, IDataView? validation, TrainedModel? warmStart)
    {
        _log = new TrainingLog(environment);
        try
        {
            options.Training.CancellationToken.ThrowIfCancellationRequested();
            _target = ComputeTarget.Resolve(options.Compute);
            var condition = ConditionColumn.Describe(input.Schema, options);
            _store = options.Training.CheckpointDirectory is string directory
                ? CheckpointStore.Open(directory, options.Training.CheckpointsToKeep, options.Training.KeepCheckpointEverySteps)
                : null;
            _options = OptionsResolver.Resolve(options, _target.IsCuda, SeedOfRun(environment, options), condition.Kind);

            if (_target.IsCuda)
            {
                // The estimator could only check the defaults of a CPU; on a GPU they are larger.
                OptionsValidator.Validate(_options);
            }

            _configuration = new ModelConfiguration { Options = _options, Condition = condition, TrainedSteps = 0 };
            WarmStart.Check(warmStart, _configuration);
            _average = validation is null && options.Training.SampleEverySteps is null ? null : new AverageModel(_configuration, _target);
            _reports = new RunReports(_configuration, _average, _log.Warning);
            var specification = condition.Specify(_options);
            _store?.RequireRoom(_options.Training, NetworkPlan.Of(specification).ParameterCount);
            _data = ImageDataset.Load(input, _options, condition, _log.Info, ImageDataset.DefaultMemoryBudget, _options.Training.CancellationToken);
            _plan = NetworkPlan.Of(specification, _data.MeanTextTokens);
            _reports.ShowTextsOf(_data);
            _validator = validation is null ? null : new Validator(environment, _configuration, validation, _average!, _store?.BestPath, _history, _log);
            var schedule = NoiseSchedules.Create(_options.Diffusion, _options.ImageHeight, _options.ImageWidth);
            _log.Network(specification, _options, _target, _data.Count);
            _network = DenoisingNetwork.Create(specification, schedule.LogSnrMin, schedule.LogSnrMax, _target.Device);
            WeightInitializer.Initialize(_network, _options.Seed!.Value);
            _state = new TrainingState(_network, _target.Device);
            if (warmStart is not null)
            {
                _state.StartFrom(warmStart.Network);
            }

            _checkpoints = new RunCheckpoints(_store, _configuration, _state, _history);
            if (_checkpoints.Restore(_log.Info) is { } restored)
            {
                _validator?.Restore(restored.Options.Training.MonitoredMetric);
                _log.Skipped(_state.SkippedSteps);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Does the whole run.</summary>
    /// <inheritdoc cref="SimpleDiffusionEstimator.Fit(IDataView)" path="/exception"/>
    public static TrainedModel Execute(
        IHostEnvironment environment, SimpleDiffusionOptions options, IDataView input, IDataView? validation = null, TrainedModel? warmStart = null)
    {
        try
        {
            using var run = new TrainingRun(environment, options, input, validation, warmStart);
            return run.Train();
        }
        catch (Exception e) when (OutOfMemory.IsCauseOf(e))
        {
            throw OutOfMemory.Explain(e, options.Training);
        }
    }

    public void Dispose()
    {
        _validator?.Dispose();
        _average?.Dispose();
        _store?.Dispose();
        _data?.Dispose();
        _state?.Dispose();
        _network?.Dispose();
        _log.Dispose();
    }

    /// <summary>Trains to the end, or to cancellation.</summary>
    private TrainedModel Train()
    {
        var training = _options.Training;
        using var trainer = new Trainer(_options, _target, _state);
        var yardstick = Yardstick.Measure(_target, _plan);
        long first = _state.Step;
        TrainingEvaluation? pausedAt = null;
        try
        {
            using var feed = new BatchFeed(_data, _options, _target, first);
            var reporter = new ProgressReporter(_log, _options, feed, _state, yardstick, _reports);
            if (EvaluateIfDue(reporter))
            {
                reporter.ReportStart();
            }

            while (_state.Step < training.LastStep && !HasLostPatience())
            {
                training.CancellationToken.ThrowIfCancellationRequested();
                _log.CheckAlive();
                trainer.Step(feed);
                if (!trainer.IsReadingDue && !reporter.IsDue && !IsMilestone(_state.Step))
                {
                    continue;
                }

                var results = Take(trainer);
                reporter.Pause(() => pausedAt = AfterStep(reporter));
                reporter.Report(results);
                reporter.Pause(() => _reports.WriteSamples(_state, training.CancellationToken));
            }
        }
        catch (OperationCanceledException)
        {
            if (_state.Step > first)
            {
                Take(trainer);
                _checkpoints.Save();
            }

            if (training.OnCancellation == CancellationBehavior.Throw || _state.Step == 0)
            {
                throw;
            }

            _log.Warning($"Training was cancelled at step {_state.Step} of {training.Steps}; the model is what was learnt so far.");
        }

        _log.Skipped(_state.SkippedSteps);
        _state.RequireFinite();
        return CreateModel(pausedAt);
    }

    /// <summary>Whether something is made of the step that all results before it must be known for.</summary>
    private bool IsMilestone(long step)
        => IsCheckpointDue(step) || _reports.AreSamplesDue(step) || _validator is { } validator && validator.IsDue(step);

    private bool IsCheckpointDue(long step) => step % _options.Training.CheckpointEverySteps == 0 || step == _options.Training.LastStep;

    private IReadOnlyList<StepResult> Take(Trainer trainer)
    {
        var results = trainer.TakeResults();
        foreach (var result in results)
        {
            _history.Losses.Add(result.StepsDone, result.IsSkipped ? null : result.Loss);
        }

        return results;
    }

    /// <summary>Evaluates and writes a checkpoint where they are due.</summary>
    /// <returns>The evaluation of a run that stops here to go on later, which is no part of its course.</returns>
    private TrainingEvaluation? AfterStep(ProgressReporter reporter)
    {
        var training = _options.Training;
        bool isLast = _state.Step == training.LastStep;
        bool isEvaluated = EvaluateIfDue(reporter);
        if (IsCheckpointDue(_state.Step) || HasLostPatience())
        {
            _checkpoints.Save();
        }

        if (!isLast || isEvaluated || _validator is null)
        {
            return null;
        }

        var evaluation = _validator.Measure(_state);
        reporter.Evaluated(evaluation);
        return evaluation;
    }

    private bool HasLostPatience() => _validator is { HasLostPatience: true };

    /// <summary>Where an evaluation fails, what has been learnt is saved.</summary>
    private bool EvaluateIfDue(ProgressReporter reporter)
    {
        if (_validator is null || !_validator.IsDue(_state.Step))
        {
            return false;
        }

        try
        {
            reporter.Evaluated(_validator.Evaluate(_state));
        }
        catch (Exception e) when (e is not OperationCanceledException && _state.Step > 0)
        {
            _checkpoints.Save();
            throw;
        }

        if (_validator.HasLostPatience)
        {
            _log.Info(
                $"Training ends at step {_state.Step} of {_options.Training.Steps}: {_options.Training.MonitoredMetric} has not become better in {_options.Training.EarlyStoppingPatience} evaluations.");
        }

        return true;
    }

    /// <param name="pausedAt">The evaluation of a run that stops to go on later.</param>
    private TrainedModel CreateModel(TrainingEvaluation? pausedAt)
    {
        var history = _history.ForModel(_state.Step);
        if (pausedAt is not null)
        {
            history = history with { Evaluations = [.. history.Evaluations, pausedAt] };
        }

        return _validator is { BestStep: long step } && pausedAt is not { IsBest: true }
            ? TrainedModel.Create(_configuration with { TrainedSteps = step, History = history }, _target, _validator.CopyBestTo)
            : TrainedModel.Create(_configuration with { TrainedSteps = _state.Step, History = history }, _target, _state.CopyAverageTo);
    }

    /// <summary>A run that goes on keeps the seed that it began with, if nobody has set one.</summary>
    private int SeedOfRun(IHostEnvironment environment, SimpleDiffusionOptions options)
        => (options.Seed is null && options.Training.ResumeFromCheckpoint ? _store?.FindSeed() : null) ?? MLEnvironment.SeedOf(environment);
}
