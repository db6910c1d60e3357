using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>
/// Does the trainings of a sweep, one after another, until all are done. Several processes may do so in one folder: each takes what no other has, and all
/// see the same results.
/// </summary>
internal sealed class SweepRun : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly IHost _host;
    private readonly LogChannel _channel;
    private readonly SweepOptions _options;
    private readonly SweepPlan _plan;
    private readonly SweepStore _store;
    private readonly ITrialTrainer _trainer;
    private readonly GuardedProgress<SweepProgress> _progress;
    private readonly Dictionary<OpenTraining, TrialRecord> _records = [];
    private readonly HashSet<OpenTraining> _reported = [];
    private bool _hasWarned;

    /// <param name="environment">Whose log is told, and whose cancellation stops the sweep.</param>
    /// <param name="options">Options of the sweep.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="store">Its folder.</param>
    /// <param name="trainer">Trains and measures.</param>
    public SweepRun(IHostEnvironment environment, SweepOptions options, SweepPlan plan, SweepStore store, ITrialTrainer trainer)
    {
        _host = environment.Register("Sweep");
        _channel = new LogChannel(_host, "Sweep");
        (_options, _plan, _store, _trainer) = (options, plan, store, trainer);
        _progress = new GuardedProgress<SweepProgress>(options.Progress, "sweep", "SweepOptions.Progress", Warn);
    }

    /// <exception cref="OperationCanceledException">The sweep was cancelled.</exception>
    public Standings Execute()
    {
        var standings = ReadStandings();
        _reported.UnionWith(standings.Finished.Select(record => new OpenTraining(record.Trial, record.Rung)));
        while (!standings.IsOver)
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            MLEnvironment.CheckAlive(_host);
            if (!TryTrainOne(standings))
            {
                // Others have what is left; their results may bring new work.
                _options.CancellationToken.WaitHandle.WaitOne(PollInterval);
            }

            standings = ReadStandings();
            Report(standings);
            TidyUp(standings);
        }

        TidyUp(standings);
        return standings;
    }

    public Standings ReadStandings() => new(_plan, _options.Metric?.HigherIsBetter ?? false, FindRecord);

    public void Warn(string message) => _channel.Warning(message);

    public void Dispose() => _channel.Dispose();

    private TrialRecord? FindRecord(int trial, int rung)
    {
        var training = new OpenTraining(trial, rung);
        if (!_records.TryGetValue(training, out var record) && _store.FindRecord(trial, rung, Unfinished) is TrialRecord found)
        {
            _records[training] = record = found;
        }

        return record;
    }

    /// <summary>Does the first training that no other process has. False if there is none.</summary>
    private bool TryTrainOne(Standings standings)
    {
        foreach (var training in standings.Open)
        {
            using var claim = _store.TryClaim(training.Trial);

            // Another process may have ended it since.
            if (claim is not null && FindRecord(training.Trial, training.Rung) is null)
            {
                Train(training);
                return true;
            }
        }

        return false;
    }

    private void Train(OpenTraining training)
    {
        int steps = _plan.RungSteps[training.Rung];
        _channel.Info(Invariant($"Trial {training.Trial} of {_plan.Trials.Count - 1}, up to step {steps}: {Describe(training.Trial)}."));
        var clock = Stopwatch.StartNew();
        double? metric = null;
        string? error = null;
        try
        {
            double value = _trainer.Train(OptionsOf(training), measured => ModelFolder(training, measured));
            metric = double.IsFinite(value) ? value : null;
            error = metric is null ? Invariant($"The metric is {value}.") : null;
        }
        catch (Exception e) when (TrialFailure.IsCauseOf(e))
        {
            error = e.Message;
            Warn(Invariant($"Trial {training.Trial} failed: {e.Message}"));
        }

        _store.Save(Unfinished(training.Trial, training.Rung) with { Metric = metric, Error = error is null ? null : _store.WithoutFolder(error), Seconds = clock.Elapsed.TotalSeconds });
    }

    /// <summary>What a record says of a training before it has ended.</summary>
    private TrialRecord Unfinished(int trial, int rung) => new()
    {
        Sweep = _store.Id,
        Options = _store.OptionsDigest(trial),
        Trial = trial,
        Rung = rung,
        Parameters = _plan.ValuesOf(trial).ToDictionary(value => value.Key, value => OptionValue.Text(value.Value)),
        Steps = _plan.RungSteps[rung],
        Seconds = 0,
    };

    private SimpleDiffusionOptions OptionsOf(OpenTraining training)
    {
        var options = _plan.OptionsOf(training.Trial);
        int steps = _plan.RungSteps[training.Rung];
        options.Training.StopAtStep = steps;
        options.Training.CheckpointDirectory = _store.CheckpointsOf(training.Trial);
        options.Training.ResumeFromCheckpoint = true;
        options.Training.CancellationToken = _options.CancellationToken;
        options.Training.OnCancellation = CancellationBehavior.Throw;
        if (options.Training.TensorBoardDirectory is string reports)
        {
            options.Training.TensorBoardDirectory = Path.Combine(reports, string.Create(CultureInfo.InvariantCulture, $"trial-{training.Trial:D4}"));
        }

        if (_options.ParallelProcesses > 1)
        {
            options.Compute.Threads ??= WorkerProcesses.ThreadsEach(_options.ParallelProcesses);
        }

        return options;
    }

    /// <summary>A model is kept if no other trial was better at the end. It lies there before its record does, so that the best one never lacks it.</summary>
    private string? ModelFolder(OpenTraining training, double metric)
        => training.Rung == _plan.RungSteps.Count - 1 && MustKeep(ReadStandings(), training.Trial, metric) ? _store.ModelOf(training.Trial) : null;

    /// <summary>Whether nothing that can be relied on says that another trial is better.</summary>
    private bool MustKeep(Standings standings, int trial, double metric)
        => _options.KeepAllTrials || !standings.AreCertain || standings.WouldBeBest(trial, metric);

    private void Report(Standings standings)
    {
        foreach (var record in standings.Finished.Where(record => _reported.Add(new OpenTraining(record.Trial, record.Rung))))
        {
            _progress.Report(new SweepProgress
            {
                Trial = standings.Trials()[record.Trial],
                FinishedTrainings = _reported.Count,
                TotalTrainings = standings.TotalTrainings,
                Best = standings.Ranking().FirstOrDefault(trial => trial.State != SweepTrialState.Failed),
            });
        }
    }

    /// <summary>Removes checkpoints that nobody goes on from, and models that are not the best.</summary>
    private void TidyUp(Standings standings)
    {
        if (_options.KeepAllTrials || !IsCertain(standings))
        {
            return;
        }

        int? best = standings.Ranking().FirstOrDefault(trial => trial.State == SweepTrialState.Completed)?.Number;
        foreach (var trial in standings.Trials().Where(trial => trial.State != SweepTrialState.Open))
        {
            SweepStore.Remove(_store.CheckpointsOf(trial.Number));
            if (trial.Number != best)
            {
                SweepStore.Remove(_store.ModelOf(trial.Number));
            }
        }
    }

    private bool IsCertain(Standings standings)
    {
        if (!standings.AreCertain && !_hasWarned)
        {
            _hasWarned = true;
            Warn("The sweep has records of an earlier version, which have no checksum: no checkpoint and no model is removed on their word.");
        }

        return standings.AreCertain;
    }

    private string Describe(int trial) => trial == 0 ? "the default" : string.Join(", ", _plan.ValuesOf(trial).Select(value => $"{value.Key} = {OptionValue.Short(value.Value)}"));
}
