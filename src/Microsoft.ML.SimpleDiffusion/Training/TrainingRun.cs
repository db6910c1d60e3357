using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Conditioning;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Schedules;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;
using Microsoft.ML.SimpleDiffusion.Training.Data;
using Microsoft.ML.SimpleDiffusion.Training.Reporting;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>One call of <see cref="SimpleDiffusionEstimator.Fit(IDataView)"/>: reads the data, trains, and hands over the model.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingLog _log;
    private readonly SimpleDiffusionOptions _options;
    private readonly ComputeTarget _target;
    private readonly ImageDataset _data;
    private readonly ModelConfiguration _configuration;
    private readonly INoiseSchedule _schedule;
    private readonly DenoisingNetwork _network;
    private readonly TrainingState _state;
    private readonly CheckpointStore? _checkpoints;
    private readonly NetworkCost _cost;
    private readonly RunReports _reports;

    /// <summary>Does everything that can fail before the first step.</summary>
    private TrainingRun(IHostEnvironment environment, SimpleDiffusionOptions options, IDataView input, TrainedModel? warmStart)
    {
        _log = new TrainingLog(environment);
        try
        {
            options.Training.CancellationToken.ThrowIfCancellationRequested();
            _target = ComputeTarget.Resolve(options.Compute);
            var condition = ConditionColumn.Describe(input.Schema, options);
            _checkpoints = options.Training.CheckpointDirectory is string directory
                ? CheckpointStore.Open(directory, options.Training.CheckpointsToKeep, options.Training.KeepCheckpointEverySteps)
                : null;
            _options = OptionsResolver.Resolve(options, _target.IsCuda, SeedOfRun(environment, options), condition.Kind);
            _configuration = new ModelConfiguration { Options = _options, Condition = condition, TrainedSteps = 0 };
            WarmStart.Check(warmStart, _configuration);
            _reports = new RunReports(_configuration, _target, _log.Warning);
            var specification = condition.Specify(_options);
            _checkpoints?.RequireRoom(_options.Training, NetworkCost.Of(specification).Parameters);
            _data = ImageDataset.Load(input, _options, condition, _log.Info, ImageDataset.DefaultMemoryBudget, _options.Training.CancellationToken);
            _cost = NetworkCost.Of(specification, _data.MeanTextTokens);
            _reports.ShowTextsOf(_data);
            _schedule = NoiseSchedules.Create(_options.Diffusion, _options.ImageHeight, _options.ImageWidth);
            _log.Network(specification, _options, _target, _data.Count);
            _network = DenoisingNetwork.Create(specification, _schedule.LogSnrMin, _schedule.LogSnrMax, _target.Device);
            WeightInitializer.Initialize(_network, _options.Seed!.Value);
            _state = new TrainingState(_network, _target.Device);
            Restore(warmStart);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Does the whole run.</summary>
    /// <inheritdoc cref="SimpleDiffusionEstimator.Fit(IDataView)" path="/exception"/>
    public static TrainedModel Execute(IHostEnvironment environment, SimpleDiffusionOptions options, IDataView input, TrainedModel? warmStart)
    {
        try
        {
            using var run = new TrainingRun(environment, options, input, warmStart);
            return run.Train();
        }
        catch (Exception e) when (OutOfMemory.IsCauseOf(e))
        {
            throw OutOfMemory.Explain(e, options.Training);
        }
    }

    public void Dispose()
    {
        _reports?.Dispose();
        _checkpoints?.Dispose();
        _data?.Dispose();
        _state?.Dispose();
        _network?.Dispose();
        _log.Dispose();
    }

    /// <summary>Trains to the end, or to cancellation.</summary>
    private TrainedModel Train()
    {
        var training = _options.Training;
        var trainer = new Trainer(_options, _schedule, _target, _state);
        var yardstick = Yardstick.Measure(_target, _cost);
        long first = _state.Step;
        try
        {
            using var feed = new BatchFeed(_data, _options, _target, first);
            var reporter = new ProgressReporter(_log, _options, feed, _state, yardstick, _reports);
            while (_state.Step < training.Steps)
            {
                training.CancellationToken.ThrowIfCancellationRequested();
                _log.CheckAlive();
                reporter.Report(_state.Step + 1, trainer.Step(feed));
                if (_state.Step % training.CheckpointEverySteps == 0 || _state.Step == training.Steps)
                {
                    SaveCheckpoint();
                }

                reporter.Pause(() => _reports.WriteSamples(_state.Step, _state.CopyAverageTo, training.CancellationToken));
            }
        }
        catch (OperationCanceledException)
        {
            if (_state.Step > first)
            {
                SaveCheckpoint();
            }

            if (training.OnCancellation == CancellationBehavior.Throw || _state.Step == 0)
            {
                throw;
            }

            _log.Warning($"Training was cancelled at step {_state.Step} of {training.Steps}; the model is what was learnt so far.");
        }

        _log.Skipped(_state.SkippedSteps);
        _state.RequireFinite();
        var configuration = _configuration with { TrainedSteps = _state.Step };
        return TrainedModel.Create(configuration, _target, _state.CopyAverageTo);
    }

    /// <summary>A run that goes on keeps the seed that it began with, if nobody has set one.</summary>
    private int SeedOfRun(IHostEnvironment environment, SimpleDiffusionOptions options)
        => (options.Seed is null && options.Training.ResumeFromCheckpoint ? _checkpoints?.FindSeed() : null) ?? MLEnvironment.SeedOf(environment);

    private void Restore(TrainedModel? warmStart)
    {
        if (warmStart is not null)
        {
            _state.StartFrom(warmStart.Network);
        }

        if (_checkpoints is null)
        {
            return;
        }

        if (!_options.Training.ResumeFromCheckpoint)
        {
            _checkpoints.StartAnew(_log.Info);
            return;
        }

        var tensors = _state.NamedTensors();
        try
        {
            if (_checkpoints.TryRestore(_configuration, tensors, out var position, _log.Info))
            {
                (_state.Step, _state.SkippedSteps) = position;
                _log.Skipped(_state.SkippedSteps);
            }
        }
        finally
        {
            NamedTensor.DisposeAll(tensors);
        }
    }

    private void SaveCheckpoint()
    {
        if (_checkpoints is null)
        {
            return;
        }

        _state.RequireFinite();
        var position = new RestorePoint(_state.Step, _state.SkippedSteps);
        var tensors = _state.NamedTensors();
        try
        {
            _checkpoints.Save(new Checkpoint(position, _configuration with { TrainedSteps = _state.Step }, tensors));
        }
        finally
        {
            NamedTensor.DisposeAll(tensors);
        }
    }
}
