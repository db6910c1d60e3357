using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using Microsoft.ML.SimpleDiffusion.Training.Objectives;
using Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;
using Microsoft.ML.SimpleDiffusion.Training.Observers;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>A run that is ready for its first step: everything that can fail early has been done. Owns all that the run needs.</summary>
internal sealed class TrainingSetup : IDisposable
{
    private readonly TrainingLog _log;
    private readonly CheckpointStore? _store;
    private readonly ImageDataset? _validationImages;
    private readonly DenoisingModel _model;
    private readonly TrainingState _state;
    private bool _isModelHandedOver;

    /// <param name="environment">ML.NET's environment.</param>
    /// <param name="job">What is to be done.</param>
    /// <param name="ranks">The ranks that do it.</param>
    /// <inheritdoc cref="SimpleDiffusionEstimator.Fit(IDataView)" path="/exception"/>
    public TrainingSetup(IHostEnvironment environment, TrainingJob job, Ranks ranks)
    {
        _log = new TrainingLog(environment, isSilent: !ranks.IsFirst);
        var (options, input, validation, warmStart) = (job.Options, job.Input, job.Validation, job.WarmStart);
        try
        {
            options.Training.CancellationToken.ThrowIfCancellationRequested();
            foreach (string inVain in OptionsInVain.Find(options))
            {
                _log.Warning(inVain);
            }

            options = RankChecks.OptionsOf(options, ranks);
            var target = ComputeTarget.Resolve(options.Compute);
            ranks = RankChecks.Connect(ranks, target);
            if (target.Warning is string warning)
            {
                _log.Warning(warning);
            }

            var condition = ConditionColumn.Describe(input.Schema, options);
            _store = options.Training.CheckpointDirectory is string directory && ranks.IsFirst
                ? CheckpointStore.Open(directory, options.Training.CheckpointsToKeep, options.Training.KeepCheckpointEverySteps)
                : null;
            var begun = options.Training.ResumeFromCheckpoint && options.Training.CheckpointDirectory is not null ? FindConfiguration(ranks) : null;
            condition = ClassLabels.KeepPlaces(condition, begun?.Condition);
            if (job.Distillation is not null)
            {
                condition = Teacher.ConditionOfStudent(job.Distillation, condition);
            }

            // A run that goes on keeps the seed that it began with, if nobody has set one.
            int seed = (options.Seed is null ? begun?.Options.Seed : null) ?? MLEnvironment.SeedOf(environment);
            options = OptionsResolver.Resolve(options, target.IsCuda, BitConverter.ToInt32(ranks.OnFirst(() => BitConverter.GetBytes(seed))), condition.Kind);
            if (target.IsCuda)
            {
                // The estimator could only check the defaults of a CPU; on a GPU they are larger.
                OptionsValidator.Validate(options);
            }

            var training = options.Training;
            var configuration = new ModelConfiguration { Options = options, Condition = condition, TrainedSteps = 0, Distillation = job.Distillation?.Info };
            WarmStart.Check(warmStart, configuration);
            Reports = new RunReports(training.TensorBoardDirectory, _log.Warning);
            Samples = training.SampleEverySteps is null || !ranks.IsFirst ? null : new SampleGrids(configuration, training.CheckpointDirectory!);
            var specification = condition.Specify(options);
            _store?.RequireRoom(training, NetworkPlan.Of(specification).ParameterCount);
            Data = ImageDataset.Load(input, options, condition, _log.Info, ImageDataset.DefaultMemoryBudget / ranks.LocalCount, training.CancellationToken);
            Plan = NetworkPlan.Of(specification, Data.MeanTextTokens);
            Samples?.ShowTextsOf(Data);
            DataWarnings.Tell(Data, options, _log.Warning);
            _validationImages = validation is null ? null : ValidationData.Load(validation, options, condition, _log);
            var data = new RunData(Data.Digest, _validationImages?.Digest);
            RankChecks.RequireSame(ranks, configuration, data);
            _log.Network(specification, options, target, Data.Count);
            _model = new DenoisingModel(options, condition, target);
            WeightInitializer.Initialize(_model.Network, options.Seed!.Value);
            _state = new TrainingState(_model.Network, target.Device, training.PowerFunctionAverages, ranks);
            if (warmStart is not null)
            {
                WarmStart.Apply(warmStart, configuration, _state, _log.Warning);
            }

            Run = new TrainingRun(environment, configuration, _model, _state, new RunHistory(), _log);
            Objective = CreateObjective(job.Distillation);
            Checkpoints = new RunCheckpoints(_store, Run, data);
            Evaluation = validation is null ? null : new EvaluationObserver(Run, validation, _validationImages!, Objective, Checkpoints, _store?.BestPath);
            if (Checkpoints.Restore(_log.Info) is { } restored)
            {
                Evaluation?.Restore(restored.Options.Training.MonitoredMetric);
                _log.Skipped(_state.SkippedSteps);
            }

            if (options.Compute.ShardWeights && !ranks.IsAlone)
            {
                _state.ShardWeights();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public TrainingRun Run { get; }

    public ImageDataset Data { get; }

    /// <summary>What the run minimizes.</summary>
    public IObjective Objective { get; }

    /// <summary>The network, counted with the texts of the data.</summary>
    public NetworkPlan Plan { get; }

    public RunCheckpoints Checkpoints { get; }

    public EvaluationObserver? Evaluation { get; }

    public RunReports Reports { get; }

    public SampleGrids? Samples { get; }

    /// <summary>Makes the model of the run out of the network that has been trained; nothing is left to train. Called once.</summary>
    /// <exception cref="InvalidOperationException">The best weights cannot be read any more.</exception>
    public TrainedModel HandOverModel()
    {
        var history = Run.History.ForModel(_state.Step);
        if (Evaluation?.PausedAt is { } pausedAt)
        {
            history = new TrainingHistory { Losses = history.Losses, Evaluations = [.. history.Evaluations, pausedAt] };
        }

        long step = _state.Step;
        _state.HandOverEma();
        if (Evaluation is { BestStep: long best, PausedAt: not { IsBest: true } })
        {
            step = best;
            Evaluation.CopyBestTo(_model.Network);
            CopyFromFirst();
        }

        _isModelHandedOver = true;
        return TrainedModel.Of(_model, Run.Configuration with { TrainedSteps = step, History = history });
    }

    public void Dispose()
    {
        Evaluation?.Dispose();
        _validationImages?.Dispose();
        _store?.Dispose();
        Data?.Dispose();
        (Objective as IDisposable)?.Dispose();
        _state?.Dispose();
        if (!_isModelHandedOver)
        {
            _model?.Dispose();
        }

        _log.Dispose();
    }

    /// <summary>Gives all ranks the weights of the first rank's network.</summary>
    private void CopyFromFirst()
    {
        using var guard = TorchSharp.torch.no_grad();
        foreach (var parameter in _model.Network.parameters())
        {
            Run.State.Ranks.CopyFromFirst(parameter.detach());
        }
    }

    /// <summary>The configuration of the run whose checkpoints are in the folder, which the first rank looks into, or null if there is none.</summary>
    private ModelConfiguration? FindConfiguration(Ranks ranks)
        => ranks.TextFromFirst(() => _store!.FindConfiguration() is { } found ? ModelConfigurationJson.Serialize(found) : null) is string json ? ModelConfigurationJson.Parse(json) : null;

    private IObjective CreateObjective(DistillationJob? distillation)
    {
        if (distillation is null)
        {
            return new DenoisingObjective(_model, Run.Options);
        }

        var teacher = Teacher.Borrow(distillation, _model.Target, _log.Warning);
        return new DistillationObjective(_model, teacher, Run.Configuration, new BatchBuilder(Data, Run.Options, _model.Schedule, _model.Target.IdleThreads));
    }
}
