using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>
/// A model that the moving average of the weights is copied into, to generate and to evaluate with. The network is one of its own, so that nothing of
/// the training is touched.
/// </summary>
/// <param name="configuration">The run's, with nothing left open.</param>
/// <param name="target">Where it computes.</param>
internal sealed class AverageModel(ModelConfiguration configuration, ComputeTarget target) : IDisposable
{
    private readonly TrainedModel _model = TrainedModel.Create(configuration, target, fill: _ => { });

    /// <summary>The network, whatever weights it has now.</summary>
    public DenoisingNetwork Network => _model.Network;

    /// <summary>The model with the average as it is now. Good until the next call.</summary>
    public TrainedModel Of(TrainingState state)
    {
        state.CopyAverageTo(_model.Network);
        return _model;
    }

    public void Dispose() => _model.Dispose();
}
