using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>Follows a run and does something at some of its steps.</summary>
internal interface IStepObserver
{
    /// <summary>Whether it has something to do after a step, before which the results of all steps so far are read.</summary>
    /// <param name="step">Optimizer steps done.</param>
    bool IsDue(long step);

    /// <summary>Called whenever results have been read, whoever is due.</summary>
    /// <param name="step">Optimizer steps done.</param>
    /// <param name="results">What the steps since the last call have to tell, at least one.</param>
    void AfterStep(long step, IReadOnlyList<StepResult> results);
}
