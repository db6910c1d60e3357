using Microsoft.ML.SimpleDiffusion.Diffusion;

namespace Microsoft.ML.SimpleDiffusion.Tests.Samplers;

/// <summary>
/// A schedule of chosen steps of a discrete process, so that a loop of N evaluations meets them: the first at time N/N, the last at 1/N.
/// </summary>
/// <param name="table">Log-SNR of each step of the process.</param>
/// <param name="steps">The steps to meet, noisiest first.</param>
internal sealed class TabulatedSchedule(double[] table, int[] steps) : INoiseSchedule
{
    /// <inheritdoc/>
    public double LogSnrMin => table[steps[0]];

    /// <inheritdoc/>
    public double LogSnrMax => table[steps[^1]];

    /// <inheritdoc/>
    public double LogSnr(double t) => table[steps[(int)Math.Round(steps.Length * (1 - t))]];

    /// <inheritdoc/>
    public double Slope(double t) => throw new NotSupportedException("Samplers need no slope.");

    /// <inheritdoc/>
    public double Time(double logSnr) => throw new NotSupportedException("Samplers need no inverse.");

    /// <summary>The step of the process that has a log-SNR.</summary>
    public int StepOf(double logSnr) => Array.IndexOf(table, logSnr);
}
