using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Training;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using Microsoft.ML.SimpleDiffusion.Training.Objectives;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>A training under the test's control, step by step.</summary>
internal sealed class TinyTraining : IDisposable
{
    private readonly ImageDataset _data;
    private readonly bool? _staysOnDevice;
    private Trainer? _createdTrainer;

    /// <param name="options">Options; what is left open is chosen.</param>
    /// <param name="data">The training data; <see cref="TinyData.View"/> by default.</param>
    /// <param name="staysOnDevice">Whether the host avoids to wait for the device, as for a GPU.</param>
    /// <param name="ranks">The ranks; null: this process alone.</param>
    public TinyTraining(SimpleDiffusionOptions options, IDataView? data = null, bool? staysOnDevice = null, Ranks? ranks = null)
    {
        Target = ComputeTarget.Resolve(options.Compute);
        var environment = new MLContext(1);
        var view = data ?? TinyData.View(environment);
        var condition = ConditionColumn.Describe(view.Schema, options);
        var resolved = OptionsResolver.Resolve(options, hasGpu: false, seed: 1, condition.Kind);
        Configuration = new ModelConfiguration { Options = resolved, Condition = condition, TrainedSteps = 0 };
        _data = ImageDataset.Load(view, resolved, Configuration.Condition, _ => { }, long.MaxValue, CancellationToken.None);
        Model = new DenoisingModel(resolved, condition, Target);
        WeightInitializer.Initialize(Model.Network, seed: 1);
        State = new TrainingState(Model.Network, Target.Device, ranks: ranks);
        Log = new TrainingLog(environment);
        Run = new TrainingRun(environment, Configuration, Model, State, new RunHistory(), Log);
        _staysOnDevice = staysOnDevice;
    }

    public ModelConfiguration Configuration { get; }

    /// <summary>Made for the first step, because what was done to the state before counts.</summary>
    private Trainer Trainer => _createdTrainer ??= new Trainer(Options, Target, State, new DenoisingObjective(Model, Options), _staysOnDevice);

    public SimpleDiffusionOptions Options => Configuration.Options;

    public ComputeTarget Target { get; }

    public DenoisingModel Model { get; }

    public TrainingState State { get; }

    public TrainingLog Log { get; }

    public TrainingRun Run { get; }

    /// <summary>Does some steps, with a feed of their own, so that no batch is alive afterwards.</summary>
    public void Step(int count)
    {
        using var feed = CreateFeed();
        for (int i = 0; i < count; i++)
        {
            Step(feed);
        }
    }

    /// <summary>Does a step and returns what it has to tell.</summary>
    public StepResult Step(IBatchSource batches)
    {
        Trainer.Step(batches);
        return Trainer.TakeResults()[^1];
    }

    /// <summary>Does some steps, then reads all their results.</summary>
    public IReadOnlyList<StepResult> StepThenRead(IBatchSource batches, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Trainer.Step(batches);
        }

        return Trainer.TakeResults();
    }

    /// <summary>Does some steps, reading their results only where it is due.</summary>
    public void StepWithoutReading(IBatchSource batches, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Trainer.Step(batches);
            if (Trainer.IsReadingDue)
            {
                Trainer.TakeResults();
            }
        }
    }

    public BatchFeed CreateFeed() => new(_data, Options, Model.Schedule, Target, State.Step, State.BatchesOf(Options.Training.GradientAccumulation));

    public void Dispose()
    {
        _createdTrainer?.Dispose();
        State.Dispose();
        Model.Dispose();
        Log.Dispose();
        _data.Dispose();
    }
}
