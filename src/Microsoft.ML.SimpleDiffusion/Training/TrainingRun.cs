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

    /// <summary>Does everything that can fail before the first step.</summary>
    public TrainingRun(IHostEnvironment environment, SimpleDiffusionOptions options, IDataView input, TrainedModel? warmStart)
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
            _options = OptionsResolver.Resolve(options, _target.IsCuda, SeedOfRun(environment, options));
            _configuration = new ModelConfiguration { Options = _options, Condition = condition, TrainedSteps = 0 };
            WarmStart.Check(warmStart, _configuration);
            var specification = NetworkSpecification.Create(_options, condition.ClassCount);
            _checkpoints?.RequireRoom(_options.Training, NetworkCost.Of(specification).Parameters);
            _data = ImageDataset.Load(input, _options, condition, _log.Info, ImageDataset.DefaultMemoryBudget, _options.Training.CancellationToken);
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

    /// <summary>Trains to the end, or to cancellation.</summary>
    public TrainedModel Train()
    {
        var training = _options.Training;
        var trainer = new Trainer(_options, _schedule, _target, _state);
        long first = _state.Step;
        try
        {
            using var feed = new BatchFeed(_data, _options, first);
            var reporter = new ProgressReporter(_log, _options, feed, first);
            while (_state.Step < training.Steps)
            {
                training.CancellationToken.ThrowIfCancellationRequested();
                _log.CheckAlive();
                reporter.Report(_state.Step + 1, trainer.Step(feed));
                if (_state.Step % training.CheckpointEverySteps == 0 || _state.Step == training.Steps)
                {
                    SaveCheckpoint();
                }
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

    public void Dispose()
    {
        _checkpoints?.Dispose();
        _data?.Dispose();
        _state?.Dispose();
        _network?.Dispose();
        _log.Dispose();
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
