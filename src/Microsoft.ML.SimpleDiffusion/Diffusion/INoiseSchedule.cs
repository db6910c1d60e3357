namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>A noise schedule: log-SNR as a decreasing function of diffusion time.</summary>
internal interface INoiseSchedule
{
    /// <summary>Lowest log-SNR, at t = 1, with all shifts applied.</summary>
    double LogSnrMin { get; }

    /// <summary>Highest log-SNR, at t = 0, with all shifts applied.</summary>
    double LogSnrMax { get; }

    /// <summary>Log-SNR (natural logarithm of alpha² / sigma²) at time <paramref name="t"/> in [0, 1].</summary>
    double LogSnr(double t);
}
