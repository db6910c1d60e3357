using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using Microsoft.ML.SimpleDiffusion.Training.Observers;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>Takes a run from its first step to its last.</summary>
internal sealed class TrainingLoop : IDisposable
{
    private readonly TrainingSetup _setup;
    private readonly TrainingRun _run;
    private readonly TrainingOptions _options;
    private readonly Trainer _trainer;
    private readonly BatchFeed _feed;
    private readonly ProgressObserver _progress;
    private readonly IReadOnlyList<IStepObserver> _observers;

    private TrainingLoop(TrainingSetup setup)
    {
        _setup = setup;
        _run = setup.Run;
        _options = _run.Options.Training;
        var target = _run.Model.Target;

        // First, because nothing else should run meanwhile.
        var reference = SpeedReference.Of(target);
        _trainer = new Trainer(_run.Options, target, _run.State, setup.Objective);
        _feed = new BatchFeed(setup.Data, _run.Options, _run.Model.Schedule, target, _run.State.Step, Ranks);
        _progress = new ProgressObserver(_run, () => _feed.WaitedSeconds, TrainingWork.Of(setup.Plan, setup.Data.MeanTextTokens, setup.Objective.EvaluationsBeside, _options), reference, setup.Reports, () => setup.Evaluation?.Latest);
        _observers =
        [
            .. setup.Evaluation is null ? Array.Empty<IStepObserver>() : [setup.Evaluation],
            new CheckpointObserver(setup.Checkpoints, _options, () => HasLostPatience),
            _progress,
            .. Ranks.IsFirst ? [new MeterObserver(_options)] : Array.Empty<IStepObserver>(),
            .. _options.SampleEverySteps is null ? Array.Empty<IStepObserver>() : [new SampleObserver(_run, setup.Samples, setup.Reports)],
        ];
    }

    private Ranks Ranks => _run.State.Ranks;

    private bool HasLostPatience => _setup.Evaluation is { HasLostPatience: true };

    /// <summary>Does a whole run.</summary>
    /// <inheritdoc cref="TrainingSetup(IHostEnvironment, TrainingJob, Ranks)"/>
    public static TrainedModel Run(IHostEnvironment environment, TrainingJob job)
    {
        using var process = job.Ranks is null ? LaunchedProcess.Join(TimeSpan.FromSeconds(job.Options.Compute.RankTimeoutSeconds)) : null;
        var ranks = job.Ranks ?? process?.Ranks ?? Ranks.Alone;
        bool isTraining = false;
        try
        {
            using var setup = new TrainingSetup(environment, job, ranks);
            using var loop = new TrainingLoop(setup);
            isTraining = true;
            using var activity = SimpleDiffusionDiagnostics.Activities.StartActivity("Train");
            activity?.SetTag("simple_diffusion.steps", job.Options.Training.LastStep).SetTag("simple_diffusion.first_step", setup.Run.State.Step);
            loop.Train();
            return setup.HandOverModel();
        }
        catch (Exception e)
        {
            var told = OutOfMemory.IsCauseOf(e) ? OutOfMemory.Explain(e, job.Options.Training) : e;

            // Of steps all ranks are cancelled alike; of anything else the others do not know.
            if (!isTraining || e is not OperationCanceledException)
            {
                ranks.Abort(told.Message);
            }

            if (ReferenceEquals(told, e))
            {
                throw;
            }

            throw told;
        }
    }

    public void Dispose()
    {
        _feed.Dispose();
        _trainer.Dispose();
    }

    /// <summary>Trains to the end, or to cancellation.</summary>
    private void Train()
    {
        long first = _run.State.Step;
        if (first >= _options.LastStep)
        {
            _run.Log.Warning(
                $"Nothing was left to train: the run in '{_options.CheckpointDirectory}' has done {first} steps, and {(_options.StopAtStep is null ? "Training.Steps" : "Training.StopAtStep")} is {_options.LastStep}. "
                + "The model is what it had learnt.");
        }

        try
        {
            Steps();
        }
        catch (OperationCanceledException)
        {
            if (_run.State.Step > first)
            {
                TakeResults();
                _setup.Checkpoints.Save();
            }

            if (_options.OnCancellation == CancellationBehavior.Throw || _run.State.Step == 0)
            {
                throw;
            }

            _run.Log.Warning($"Training was cancelled at step {_run.State.Step} of {_options.Steps}; the model is what was learnt so far.");
        }

        _run.Log.Skipped(_run.State.SkippedSteps);
        _run.State.RequireFinite();
    }

    private void Steps()
    {
        if (_setup.Evaluation?.Start() == true)
        {
            _progress.Start();
        }

        while (_run.State.Step < _options.LastStep && !HasLostPatience)
        {
            ThrowIfCancelled();
            _trainer.Step(_feed);
            if (_trainer.IsReadingDue || _observers.Any(observer => observer.IsDue(_run.State.Step)))
            {
                Observe(TakeResults());
            }
        }
    }

    /// <summary>Ranks are cancelled alike: all as soon as one is.</summary>
    private void ThrowIfCancelled()
    {
        if (Ranks.IsAlone)
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            _run.Log.CheckAlive();
        }
        else if (Ranks.Any(_options.CancellationToken.IsCancellationRequested || _run.Log.IsCancelled))
        {
            throw new OperationCanceledException(_options.CancellationToken);
        }
    }

    private void Observe(IReadOnlyList<StepResult> results)
    {
        long step = _run.State.Step;
        foreach (var observer in _observers)
        {
            if (observer == _progress)
            {
                observer.AfterStep(step, results);
            }
            else
            {
                _progress.Pause(() => observer.AfterStep(step, results));
            }
        }
    }

    /// <summary>Reads what the steps since the last reading have to tell.</summary>
    private IReadOnlyList<StepResult> TakeResults()
    {
        var results = _trainer.TakeResults();
        foreach (var result in results)
        {
            _run.History.Losses.Add(result.StepsDone, result.IsSkipped ? null : result.Loss);
        }

        return results;
    }
}
