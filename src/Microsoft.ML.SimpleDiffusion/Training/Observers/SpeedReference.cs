using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>What the speed of a run is measured by.</summary>
/// <param name="Target">The device that trains.</param>
/// <param name="FlopsPerImage">Floating-point operations that training on one image takes.</param>
/// <param name="PeakFlops">Floating-point operations per second of matrix products on the device.</param>
internal sealed record SpeedReference(ComputeTarget Target, long FlopsPerImage, double PeakFlops)
{
    /// <summary>Measures the device. Nothing else should run on it meanwhile.</summary>
    public static SpeedReference Measure(ComputeTarget target, NetworkPlan plan) => new(target, plan.TrainingFlops, MatrixPeak.Measure(target));
}
