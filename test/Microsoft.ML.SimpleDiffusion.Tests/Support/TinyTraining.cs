using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Conditioning;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Schedules;
using Microsoft.ML.SimpleDiffusion.Training;
using Microsoft.ML.SimpleDiffusion.Training.Data;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>A training under the test's control, step by step.</summary>
internal sealed class TinyTraining : IDisposable
{
    private readonly ImageDataset _data;
    private readonly DenoisingNetwork _network;
    private readonly TrainingState _state;
    private readonly Trainer _trainer;

    public TinyTraining(SimpleDiffusionOptions options)
    {
        var target = ComputeTarget.Resolve(options.Compute);
        var resolved = OptionsResolver.Resolve(options, hasGpu: false, seed: 1);
        var view = TinyData.View(new MLContext(1));
        _data = ImageDataset.Load(view, resolved, ConditionColumn.Describe(view.Schema, resolved), _ => { }, long.MaxValue, CancellationToken.None);
        var schedule = NoiseSchedules.Create(resolved.Diffusion, resolved.ImageHeight, resolved.ImageWidth);
        _network = DenoisingNetwork.Create(NetworkSpecification.Create(resolved, TinyData.Labels.Length), schedule.LogSnrMin, schedule.LogSnrMax, target.Device);
        WeightInitializer.Initialize(_network, seed: 1);
        _state = new TrainingState(_network, target.Device);
        _trainer = new Trainer(resolved, schedule, target, _state);
        Options = resolved;
    }

    public SimpleDiffusionOptions Options { get; }

    public TrainingState State => _state;

    /// <summary>Does some steps, with a feed of their own, so that no batch is alive afterwards.</summary>
    public void Step(int count)
    {
        using var feed = CreateFeed();
        for (int i = 0; i < count; i++)
        {
            Step(feed);
        }
    }

    public StepResult Step(IBatchSource batches) => _trainer.Step(batches);

    public BatchFeed CreateFeed() => new(_data, Options, _state.Step);

    public void Dispose()
    {
        _state.Dispose();
        _network.Dispose();
        _data.Dispose();
    }
}
