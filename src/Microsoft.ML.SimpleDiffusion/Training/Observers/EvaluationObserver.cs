using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;
using Microsoft.ML.SimpleDiffusion.Training.Objectives;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>Evaluates the moving average of the weights on held-out images as a run goes on, and remembers the best.</summary>
internal sealed class EvaluationObserver : IStepObserver, IDisposable
{
    private readonly TrainingRun _run;
    private readonly TrainingOptions _options;
    private readonly IDataView _data;
    private readonly ValidationLoss _loss;
    private readonly RunCheckpoints _checkpoints;
    private readonly EvaluationMonitor _monitor;
    private readonly IBestWeights? _best;
    private bool _isMeasuringMetric;

    /// <param name="run">The run.</param>
    /// <param name="data">The validation data, which metrics read as they like.</param>
    /// <param name="images">Its images. Owned by the caller.</param>
    /// <param name="objective">What the run minimizes.</param>
    /// <param name="checkpoints">Saves what has been learnt where an evaluation fails.</param>
    /// <param name="bestPath">File for the best weights, or null to hold them in memory. The first rank holds them.</param>
    public EvaluationObserver(TrainingRun run, IDataView data, ImageDataset images, IObjective objective, RunCheckpoints checkpoints, string? bestPath)
    {
        _run = run;
        _options = run.Options.Training;
        _data = data;
        _checkpoints = checkpoints;
        _loss = new ValidationLoss(images, run.Options, objective, Ranks);
        bool higherIsBetter = _options.Metrics.FirstOrDefault(metric => metric.Name == _options.MonitoredMetric)?.HigherIsBetter ?? false;
        _monitor = new EvaluationMonitor(higherIsBetter, _options.EarlyStoppingPatience);
        if (_options.KeepBest && Ranks.IsFirst)
        {
            _best = bestPath is null ? new BestWeightsBuffer() : new BestWeightsFile(bestPath, run.Configuration);
        }
    }

    /// <summary>The newest evaluation that has been made here, or null.</summary>
    public TrainingEvaluation? Latest { get; private set; }

    /// <summary>The evaluation of a run that stops to go on later, which is no part of its course; null if there is none.</summary>
    public TrainingEvaluation? PausedAt { get; private set; }

    /// <summary>Whether the monitored metric has not become better for too long.</summary>
    public bool HasLostPatience => _monitor.HasLostPatience;

    /// <summary>Step of the best weights if they are held.</summary>
    public long? BestStep => _options.KeepBest ? _monitor.BestStep : null;

    private Ranks Ranks => _run.State.Ranks;

    /// <summary>Goes on after the evaluations of a restored history.</summary>
    /// <param name="monitoredMetric">The metric that they went by.</param>
    public void Restore(string monitoredMetric)
    {
        var history = _run.History;
        if (monitoredMetric != _options.MonitoredMetric)
        {
            history.Replace([.. history.Evaluations.Select(evaluation => Note(new TrainingEvaluation { Step = evaluation.Step, Metrics = evaluation.Metrics, IsBest = _monitor.IsBetter(Monitored(evaluation)) }))]);
        }
        else
        {
            foreach (var evaluation in history.Evaluations)
            {
                Note(evaluation);
            }
        }

        if (BestStep is long step && Ranks.TextFromFirst(() => _best!.FindProblem(step, _run.Model.Network)) is string problem)
        {
            _run.Log.Warning($"The weights of the best evaluation, at step {step}, are not there any more: {problem}. The best is sought among the evaluations from now on.");
            _monitor.Forget();
        }
    }

    /// <summary>Evaluates before the first step, if that is due.</summary>
    /// <returns>Whether it was.</returns>
    public bool Start()
    {
        bool isDue = IsEvaluationDue(_run.State.Step);
        if (isDue)
        {
            Evaluate();
        }

        return isDue;
    }

    /// <inheritdoc/>
    public bool IsDue(long step) => IsEvaluationDue(step) || step == _options.LastStep;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A metric failed that the run cannot do without, or the best weights cannot be written.</exception>
    public void AfterStep(long step, IReadOnlyList<StepResult> results)
    {
        if (IsEvaluationDue(step))
        {
            Evaluate();
        }
        else if (step == _options.LastStep)
        {
            PausedAt = Latest = MeasureOrSave(keepsBest: false);
        }
    }

    /// <summary>Copies the best weights into a network, on the first rank.</summary>
    /// <exception cref="InvalidOperationException">They cannot be read any more.</exception>
    public void CopyBestTo(DenoisingNetwork network) => Ranks.OnFirst(() => _best!.CopyTo(network));

    public void Dispose() => _best?.Dispose();

    private bool IsEvaluationDue(long step) => (step % _options.EvaluationInterval == 0 || step == _options.Steps) && _run.History.LastEvaluatedStep != step;

    /// <summary>Evaluates, and takes the evaluation into the history.</summary>
    private void Evaluate()
    {
        Latest = MeasureOrSave(keepsBest: true);
        _run.History.Add(Note(Latest));
        if (HasLostPatience)
        {
            _run.Log.Info(
                $"Training ends at step {_run.State.Step} of {_options.Steps}: {_options.MonitoredMetric} has not become better in {_options.EarlyStoppingPatience} evaluations.");
        }
    }

    /// <summary>Measures. Where that fails on all ranks alike, what has been learnt is saved.</summary>
    private TrainingEvaluation MeasureOrSave(bool keepsBest)
    {
        try
        {
            return Measure(keepsBest);
        }
        catch (Exception e) when (e is not OperationCanceledException && _run.State.Step > 0 && (Ranks.IsAlone || _isMeasuringMetric))
        {
            _checkpoints.Save();
            throw;
        }
    }

    private TrainingEvaluation Measure(bool keepsBest)
    {
        using var average = _run.State.WearEma();
        _run.Model.Network.eval();
        long step = _run.State.Step;
        var values = new Dictionary<string, double> { [TrainingOptions.ValidationLossName] = _loss.Evaluate(_run.Model.Target.Device, _options.CancellationToken) };
        foreach (var metric in _options.Metrics)
        {
            _isMeasuringMetric = true;
            values[metric.Name] = BitConverter.ToDouble(Ranks.OnFirst(() => BitConverter.GetBytes(Measure(metric, step))));
            _isMeasuringMetric = false;
        }

        var evaluation = new TrainingEvaluation { Step = step, Metrics = values, IsBest = _monitor.IsBetter(values[_options.MonitoredMetric]) };
        if (keepsBest && evaluation.IsBest)
        {
            Ranks.OnFirst(() => _best?.Keep(step, _run.Model.Network));
        }

        return evaluation;
    }

    /// <summary>The model is lent: whatever the metric does with its transformer, it has none of it when it is done.</summary>
    private double Measure(IValidationMetric metric, long step)
    {
        _options.CancellationToken.ThrowIfCancellationRequested();
        using var lent = _run.LendEma(_run.History.ForModel(step));

        // What an evaluation says depends on the weights alone.
        var options = lent.Configuration.Options.Clone();
        (options.Sampling.FreshSeeds, options.Sampling.OutputSeedColumnName) = (false, null);
        using var transformer = new SimpleDiffusionTransformer(_run.Environment, new TorchGenerator(lent.Share()), options);
        try
        {
            return metric.Evaluate(transformer, _data, _options.CancellationToken);
        }
        catch (Exception e)
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            _run.Log.CheckAlive();
            string failure = $"The metric '{metric.Name}' failed at step {step}: {e.Message.TrimEnd('.')}.";
            if (MustEndWith(metric))
            {
                throw new InvalidOperationException($"{failure} {WhatIsLeft(step)}", e);
            }

            _run.Log.Warning($"{failure} The run goes on without its value, because without Training.CheckpointDirectory all that was learnt would be lost.");
            return double.NaN;
        }
        finally
        {
            lent.Close();
        }
    }

    /// <summary>
    /// Whether the run ends if a metric fails: where nothing is lost by it, because there is a checkpoint or nothing has been learnt yet, and where the model or
    /// the end of the run hangs on the metric.
    /// </summary>
    private bool MustEndWith(IValidationMetric metric)
        => _checkpoints.HasFolder || _run.State.Step == 0 || (metric.Name == _options.MonitoredMetric && (_options.KeepBest || _options.EarlyStoppingPatience is not null));

    private string WhatIsLeft(long step)
        => step == 0 ? "Nothing had been learnt yet."
            : _checkpoints.HasFolder ? $"What was learnt up to step {step} is saved in '{_options.CheckpointDirectory}', and the same run goes on from there."
            : "What was learnt is lost, because Training.KeepBest or Training.EarlyStoppingPatience goes by this metric and Training.CheckpointDirectory is not set.";

    private TrainingEvaluation Note(TrainingEvaluation evaluation)
    {
        _monitor.Add(evaluation.Step, Monitored(evaluation), evaluation.IsBest);
        return evaluation;
    }

    /// <summary>A metric that was not measured then has no value.</summary>
    private double Monitored(TrainingEvaluation evaluation) => evaluation.Metrics.GetValueOrDefault(_options.MonitoredMetric, double.NaN);
}

/// <summary>Follows one metric through a run: which evaluation was the best, and how long ago.</summary>
/// <param name="higherIsBetter">Whether a higher value is better.</param>
/// <param name="patience">Evaluations in a row without a better value that are too many; null: none are.</param>
internal sealed class EvaluationMonitor(bool higherIsBetter, int? patience)
{
    private double? _best;
    private int _sinceBest;

    /// <summary>Step of the best evaluation, or null if there has been none with a finite value.</summary>
    public long? BestStep { get; private set; }

    /// <summary>Whether there has been no better value for too long.</summary>
    public bool HasLostPatience => _sinceBest >= patience;

    /// <summary>Whether a value is better than all before. A value that is not finite never is, and an equal one is not.</summary>
    public bool IsBetter(double value)
        => double.IsFinite(value) && (_best is not double best || (higherIsBetter ? value > best : value < best));

    /// <summary>Takes note of an evaluation.</summary>
    /// <param name="step">Its step.</param>
    /// <param name="value">Value of the metric.</param>
    /// <param name="isBest">Whether it is the best so far, as <see cref="IsBetter"/> says or has said.</param>
    public void Add(long step, double value, bool isBest)
    {
        if (isBest)
        {
            (_best, BestStep, _sinceBest) = (value, step, 0);
        }
        else
        {
            _sinceBest++;
        }
    }

    /// <summary>Forgets the best, so that the next finite value is.</summary>
    public void Forget() => (_best, BestStep, _sinceBest) = (null, null, 0);
}
