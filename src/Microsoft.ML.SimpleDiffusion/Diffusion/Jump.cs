namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>
/// Steps of any length that a prediction of v makes at once: DDIM as a rotation. With theta = atan(exp(-logSNR / 2)), so that alpha is its cosine and sigma its
/// sine, v leads from z to cos(delta) z - sin(delta) v, where delta is the angle between the two noise levels (Salimans and Ho 2022, appendix D).
/// </summary>
internal static class Jump
{
    /// <summary>From z and v at one noise level to where v leads at another, as numbers of z and v.</summary>
    /// <param name="logSnr">Log-SNR of z.</param>
    /// <param name="nextLogSnr">Log-SNR to arrive at, higher; infinity for the clean image.</param>
    public static LinearCombination Landing(double logSnr, double nextLogSnr)
    {
        double delta = Angle(logSnr) - Angle(nextLogSnr);
        return new(Math.Cos(delta), -Math.Sin(delta));
    }

    /// <summary>The v that leads from z to a given landing, as numbers of z and of the landing: the inverse of <see cref="Landing"/>.</summary>
    /// <inheritdoc cref="Landing" path="/param"/>
    public static LinearCombination Velocity(double logSnr, double nextLogSnr)
    {
        double delta = Angle(logSnr) - Angle(nextLogSnr);
        return new(Math.Cos(delta) / Math.Sin(delta), -1 / Math.Sin(delta));
    }

    private static double Angle(double logSnr) => Math.Atan(Math.Exp(-0.5 * logSnr));
}
