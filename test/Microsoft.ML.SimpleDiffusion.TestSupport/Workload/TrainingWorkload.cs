using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using Microsoft.ML.SimpleDiffusion.Training.Objectives;
using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.TestSupport.Workload;

/// <summary>A training on synthetic pictures, step by step.</summary>
internal sealed class TrainingWorkload : IDisposable
{
    public const int ClassCount = 10;

    private const int PictureCount = 256;

    private readonly ImageDataset _data;
    private readonly BatchFeed _feed;
    private readonly DenoisingModel _model;
    private readonly TrainingState _state;

    /// <param name="options">Options with the column Label or Caption, or none, as condition.</param>
    /// <param name="target">Where to train; null: as the options say.</param>
    /// <param name="staysOnDevice">Whether the host avoids to wait for the device; null: if the device is a GPU.</param>
    public TrainingWorkload(SimpleDiffusionOptions options, ComputeTarget? target = null, bool? staysOnDevice = null)
    {
        OptionsValidator.Validate(options);
        Target = target ??= ComputeTarget.Resolve(options.Compute);
        var pictures = SyntheticPictures.View(new MLContext(1), options, PictureCount, ClassCount);
        var condition = ConditionColumn.Describe(pictures.Schema, options);
        var resolved = OptionsResolver.Resolve(options, hasGpu: false, seed: 1, condition.Kind);
        Configuration = new ModelConfiguration { Options = resolved, Condition = condition, TrainedSteps = 0 };
        _data = ImageDataset.Load(pictures, resolved, Configuration.Condition, _ => { }, long.MaxValue, CancellationToken.None);
        Plan = NetworkPlan.Of(condition.Specify(Options), _data.MeanTextTokens);
        _model = new DenoisingModel(Options, condition, target);
        WeightInitializer.Initialize(_model.Network, seed: 1);
        _state = new TrainingState(_model.Network, target.Device);
        Trainer = new Trainer(Options, target, _state, new DenoisingObjective(_model, Options), staysOnDevice);
        _feed = new BatchFeed(_data, Options, _model.Schedule, target, firstStep: 0);
    }

    public ModelConfiguration Configuration { get; }

    public SimpleDiffusionOptions Options => Configuration.Options;

    public NetworkPlan Plan { get; }

    public ComputeTarget Target { get; }

    /// <summary>Seconds that the steps so far have waited for batches.</summary>
    public double WaitedSeconds => _feed.WaitedSeconds;

    public TrainingState State => _state;

    public DenoisingModel Model => _model;

    public ImageDataset Data => _data;

    public Trainer Trainer { get; }

    public void Step()
    {
        Trainer.Step(_feed);
        if (Trainer.IsReadingDue)
        {
            Trainer.TakeResults();
        }
    }

    /// <summary>Gives every weight a random part, those that start at zero too. On the device, where it takes no time.</summary>
    public void RandomizeWeights()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        manual_seed(1);
        foreach (var parameter in _model.Network.parameters())
        {
            parameter.add_(randn_like(parameter), alpha: parameter.dim() > 1 ? 1 / Math.Sqrt(parameter.numel() / (double)parameter.shape[0]) : 0.1);
        }

        State.StartFrom(_model.Network);
    }

    public void Dispose()
    {
        _feed.Dispose();
        Trainer.Dispose();
        _state.Dispose();
        _model.Dispose();
        _data.Dispose();
    }
}
