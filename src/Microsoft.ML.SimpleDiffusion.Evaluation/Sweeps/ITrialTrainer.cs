using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Trains a trial up to a step, or on from where it stands, and measures it.</summary>
internal interface ITrialTrainer
{
    /// <summary>Reads the data once, to know it again.</summary>
    /// <param name="options">Options of the default.</param>
    RunData ReadData(SimpleDiffusionOptions options);

    /// <summary>Trains and measures.</summary>
    /// <param name="options">Options of the trial, with its checkpoint folder and the step to stop at.</param>
    /// <param name="chooseModelFolder">Told the metric, says where to save the model; null: nowhere.</param>
    /// <returns>The metric.</returns>
    double Train(SimpleDiffusionOptions options, Func<double, string?> chooseModelFolder);
}
