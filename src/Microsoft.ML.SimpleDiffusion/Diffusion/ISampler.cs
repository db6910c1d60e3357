namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>The steps of one way from noise to image, as numbers. A sampler may remember the steps before: one object per way.</summary>
internal interface ISampler
{
    /// <summary>The step from one noise level to a lower one.</summary>
    /// <param name="logSnr">Log-SNR at which the clean image has been predicted.</param>
    /// <param name="nextLogSnr">Log-SNR after the step, higher.</param>
    StepCoefficients Step(double logSnr, double nextLogSnr);

    /// <summary>A sampler at the beginning of a way.</summary>
    /// <param name="options">Which, and its constants.</param>
    static ISampler Create(SamplingOptions options) => options.Sampler switch
    {
        SamplerType.Ddpm => new DdpmSampler(options.NoiseInterpolation),
        SamplerType.Ddim => new DdimSampler(options.DdimEta),
        SamplerType.DpmSolverPlusPlus2M => new DpmSolverPlusPlus2M(),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Sampler, "Unknown sampler."),
    };
}

/// <summary>A step of a sampler: <c>z' = a z + b x + c x_previous + d noise</c>, with x the clean image predicted now and x_previous the one before.</summary>
/// <param name="Z">a.</param>
/// <param name="X">b.</param>
/// <param name="PreviousX">c; 0 for samplers that do not look back.</param>
/// <param name="Noise">d; 0 for deterministic steps.</param>
internal readonly record struct StepCoefficients(double Z, double X, double PreviousX = 0, double Noise = 0)
{
    /// <summary>What follows the last evaluation: the clean image that it predicts is the result.</summary>
    public static StepCoefficients Result { get; } = new(Z: 0, X: 1);
}
