using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>What all parts of a run share. Owned by whoever has made them.</summary>
/// <param name="Environment">ML.NET's environment.</param>
/// <param name="Configuration">The model to be, with no option left open.</param>
/// <param name="Model">The model that learns.</param>
/// <param name="State">What its steps change.</param>
/// <param name="History">Losses and evaluations so far.</param>
/// <param name="Log">Where it tells what it does.</param>
internal sealed record TrainingRun(IHostEnvironment Environment, ModelConfiguration Configuration, DenoisingModel Model, TrainingState State, RunHistory History, TrainingLog Log)
{
    public SimpleDiffusionOptions Options => Configuration.Options;

    /// <summary>Lends out the model with the average of the weights, as far as they have come.</summary>
    /// <param name="history">Losses and evaluations that it is to know.</param>
    /// <returns>The model. The caller takes it back by closing it.</returns>
    public TrainedModel LendEma(TrainingHistory history)
        => TrainedModel.Of(Model.Lend(), Configuration with { TrainedSteps = State.Step, History = history });
}
