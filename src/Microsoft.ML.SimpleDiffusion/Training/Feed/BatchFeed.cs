using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Diffusion;

namespace Microsoft.ML.SimpleDiffusion.Training.Feed;

/// <summary>Prepares batches on a thread of its own, a few steps ahead of the training.</summary>
internal sealed class BatchFeed : IBatchSource, IDisposable
{
    private const int Ahead = 3;

    private readonly BatchBuilder _builder;
    private readonly ComputeTarget _target;
    private readonly FlatRange _microSteps;
    private readonly BlockingCollection<TrainingBatch> _ready = new(Ahead);
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _worker;
    private readonly Stopwatch _waiting = new();
    private Exception? _failure;

    /// <param name="data">The images. Owned by the caller, and needed until the feed is disposed of.</param>
    /// <param name="options">Options with nothing left open.</param>
    /// <param name="schedule">The noise schedule.</param>
    /// <param name="target">The device that the batches are for.</param>
    /// <param name="firstStep">Optimizer step to begin with, 0-based.</param>
    /// <param name="ranks">The ranks, of which this one prepares its share; null: this process alone.</param>
    public BatchFeed(ImageDataset data, SimpleDiffusionOptions options, INoiseSchedule schedule, ComputeTarget target, long firstStep, Ranks? ranks = null)
    {
        _builder = new BatchBuilder(data, options, schedule, target.IdleThreads);
        _target = target;
        _microSteps = (ranks ?? Ranks.Alone).ShareOf(options.Training.GradientAccumulation);
        _worker = new Thread(() => Work(firstStep)) { IsBackground = true, Name = "Batch feed" };
        _worker.Start();
    }

    /// <summary>Seconds that callers have waited for batches.</summary>
    public double WaitedSeconds => _waiting.Elapsed.TotalSeconds;

    /// <inheritdoc/>
    public TrainingBatch Next(CancellationToken cancellationToken)
    {
        _waiting.Start();
        try
        {
            return _ready.Take(cancellationToken);
        }
        catch (InvalidOperationException) when (_failure is not null)
        {
            throw new InvalidOperationException($"The training data cannot be prepared: {_failure.Message}", _failure);
        }
        finally
        {
            _waiting.Stop();
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _worker.Join();
        while (_ready.TryTake(out var batch))
        {
            batch.Dispose();
        }

        _ready.Dispose();
        _stop.Dispose();
    }

    private void Work(long firstStep)
    {
        try
        {
            for (long step = firstStep; ; step++)
            {
                for (long microStep = _microSteps.Start; microStep < _microSteps.End; microStep++)
                {
                    Add(_builder.Build(step, (int)microStep).PinnedFor(_target));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Dispose asked for it.
        }
        catch (Exception e)
        {
            _failure = e;
            _ready.CompleteAdding();
        }
    }

    private void Add(TrainingBatch batch)
    {
        try
        {
            _ready.Add(batch, _stop.Token);
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }
}

/// <summary>Delivers the batches of a training in order of steps and micro-steps.</summary>
internal interface IBatchSource
{
    /// <summary>The next batch. The caller owns it.</summary>
    TrainingBatch Next(CancellationToken cancellationToken);
}
