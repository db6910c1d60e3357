using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.Reporting;

namespace Microsoft.ML.SimpleDiffusion.Training.Validation;

/// <summary>Evaluates the moving average of the weights on held-out images as a run goes on, and remembers the best.</summary>
internal sealed class Validator : IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly ModelConfiguration _configuration;
    private readonly TrainingOptions _options;
    private readonly IDataView _data;
    private readonly ImageDataset _images;
    private readonly AverageModel _average;
    private readonly ValidationLoss _loss;
    private readonly EvaluationMonitor _monitor;
    private readonly IBestWeights? _best;
    private readonly RunHistory _history;
    private readonly TrainingLog _log;

    /// <param name="environment">The environment of the transformers that metrics are given.</param>
    /// <param name="configuration">The run's, with nothing left open.</param>
    /// <param name="data">The validation data, whose columns have been checked. The images are read once.</param>
    /// <param name="average">The model to evaluate with. Owned by the caller.</param>
    /// <param name="bestPath">File for the best weights, or null to hold them in memory.</param>
    /// <param name="history">Receives the evaluations.</param>
    /// <param name="log">Is told what is lost and what cannot be read.</param>
    /// <exception cref="InvalidOperationException">The data cannot be used.</exception>
    public Validator(
        IHostEnvironment environment, ModelConfiguration configuration, IDataView data, AverageModel average, string? bestPath, RunHistory history, TrainingLog log)
    {
        _environment = environment;
        _configuration = configuration;
        _options = configuration.Options.Training;
        _data = data;
        _average = average;
        _history = history;
        _log = log;
        bool higherIsBetter = _options.Metrics.FirstOrDefault(metric => metric.Name == _options.MonitoredMetric)?.HigherIsBetter ?? false;
        _monitor = new EvaluationMonitor(higherIsBetter, _options.EarlyStoppingPatience);
        if (_options.KeepBest)
        {
            _best = bestPath is null ? new BestWeightsBuffer() : new BestWeightsFile(bestPath, configuration);
        }

        _images = ValidationData.Load(data, configuration.Options, configuration.Condition, log.Info);
        _loss = new ValidationLoss(_images, configuration.Options);
    }

    /// <summary>Whether the monitored metric has not become better for too long.</summary>
    public bool HasLostPatience => _monitor.HasLostPatience;

    /// <summary>Step of the best weights if they are held.</summary>
    public long? BestStep => _best is null ? null : _monitor.BestStep;

    /// <summary>Whether an evaluation is due at a step that has not been made yet.</summary>
    public bool IsDue(long step) => (step % _options.EvaluationInterval == 0 || step == _options.Steps) && _history.LastEvaluatedStep != step;

    /// <summary>Goes on after the evaluations of a restored history.</summary>
    /// <param name="monitoredMetric">The metric that they went by.</param>
    public void Restore(string monitoredMetric)
    {
        if (monitoredMetric != _options.MonitoredMetric)
        {
            _history.Replace([.. _history.Evaluations.Select(evaluation => Note(evaluation with { IsBest = _monitor.IsBetter(Monitored(evaluation)) }))]);
        }
        else
        {
            foreach (var evaluation in _history.Evaluations)
            {
                Note(evaluation);
            }
        }

        if (BestStep is long step && _best!.FindProblem(step, _average.Network) is string problem)
        {
            _log.Warning($"The weights of the best evaluation, at step {step}, are not there any more: {problem}. The best is sought among the evaluations from now on.");
            _monitor.Forget();
        }
    }

    /// <summary>Evaluates, and takes the evaluation into the history.</summary>
    /// <param name="state">Where the training stands.</param>
    /// <exception cref="InvalidOperationException">A metric failed, or the best weights cannot be written.</exception>
    public TrainingEvaluation Evaluate(TrainingState state)
    {
        var evaluation = Measure(state, out var model);
        if (evaluation.IsBest)
        {
            _best?.Keep(state.Step, model.Network);
        }

        _history.Add(Note(evaluation));
        return evaluation;
    }

    /// <summary>Evaluates without consequences for the run.</summary>
    /// <inheritdoc cref="Evaluate" path="/param|/exception"/>
    public TrainingEvaluation Measure(TrainingState state) => Measure(state, out _);

    /// <summary>Copies the best weights, if there are any, into a network.</summary>
    public void CopyBestTo(DenoisingNetwork network) => _best!.CopyTo(network);

    public void Dispose()
    {
        _best?.Dispose();
        _images.Dispose();
    }

    private TrainingEvaluation Measure(TrainingState state, out TrainedModel model)
    {
        model = _average.Of(state);
        var values = new Dictionary<string, double> { [TrainingOptions.ValidationLossName] = _loss.Evaluate(model, _options.CancellationToken) };
        foreach (var metric in _options.Metrics)
        {
            values[metric.Name] = Measure(metric, model, state.Step);
        }

        return new TrainingEvaluation { Step = state.Step, Metrics = values, IsBest = _monitor.IsBetter(values[_options.MonitoredMetric]) };
    }

    /// <summary>The metric is given an owner of its own, so that it does no harm if it disposes of it.</summary>
    private double Measure(IValidationMetric metric, TrainedModel model, long step)
    {
        _options.CancellationToken.ThrowIfCancellationRequested();
        var configuration = _configuration with { TrainedSteps = step, History = _history.ForModel(step) };
        using var transformer = new SimpleDiffusionTransformer(_environment, model.ShareAs(configuration));
        try
        {
            return metric.Evaluate(transformer, _data, _options.CancellationToken);
        }
        catch (Exception e)
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            _log.CheckAlive();
            throw new InvalidOperationException($"The metric '{metric.Name}' failed at step {step}: {e.Message}", e);
        }
    }

    private TrainingEvaluation Note(TrainingEvaluation evaluation)
    {
        _monitor.Add(evaluation.Step, Monitored(evaluation), evaluation.IsBest);
        return evaluation;
    }

    /// <summary>A metric that was not measured then has no value.</summary>
    private double Monitored(TrainingEvaluation evaluation) => evaluation.Metrics.GetValueOrDefault(_options.MonitoredMetric, double.NaN);
}
