using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Conditioning;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Schedules;
using Microsoft.ML.SimpleDiffusion.Training;
using Microsoft.ML.SimpleDiffusion.Training.Data;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Workload;

/// <summary>A training on synthetic pictures, step by step.</summary>
internal sealed class TrainingWorkload : IDisposable
{
    private const int ClassCount = 10;
    private const int PictureCount = 256;

    private readonly ImageDataset _data;
    private readonly BatchFeed _feed;
    private readonly DenoisingNetwork _network;
    private readonly TrainingState _state;
    private readonly Trainer _trainer;

    public TrainingWorkload(SimpleDiffusionOptions options)
    {
        OptionsValidator.Validate(options);
        var target = ComputeTarget.Resolve(options.Compute);
        var pictures = SyntheticPictures.View(new MLContext(1), options, PictureCount, ClassCount);
        var condition = ConditionColumn.Describe(pictures.Schema, options);
        var resolved = OptionsResolver.Resolve(options, hasGpu: false, seed: 1, condition.Kind);
        Configuration = new ModelConfiguration { Options = resolved, Condition = condition, TrainedSteps = 0 };
        _data = ImageDataset.Load(pictures, resolved, Configuration.Condition, _ => { }, long.MaxValue, CancellationToken.None);
        var schedule = NoiseSchedules.Create(Options.Diffusion, Options.ImageHeight, Options.ImageWidth);
        var specification = condition.Specify(Options);
        Cost = NetworkCost.Of(specification, _data.MeanTextTokens);
        _network = DenoisingNetwork.Create(specification, schedule.LogSnrMin, schedule.LogSnrMax, target.Device);
        WeightInitializer.Initialize(_network, seed: 1);
        _state = new TrainingState(_network, target.Device);
        _trainer = new Trainer(Options, target, _state);
        _feed = new BatchFeed(_data, Options, target, firstStep: 0);
    }

    public ModelConfiguration Configuration { get; }

    public SimpleDiffusionOptions Options => Configuration.Options;

    public NetworkCost Cost { get; }

    /// <summary>Seconds that the steps so far have waited for batches.</summary>
    public double WaitedSeconds => _feed.WaitedSeconds;

    public TrainingState State => _state;

    public ImageDataset Data => _data;

    public void Step()
    {
        _trainer.Step(_feed);
        if (_trainer.IsReadingDue)
        {
            _trainer.TakeResults();
        }
    }

    public void Dispose()
    {
        _feed.Dispose();
        _trainer.Dispose();
        _state.Dispose();
        _network.Dispose();
        _data.Dispose();
    }
}
