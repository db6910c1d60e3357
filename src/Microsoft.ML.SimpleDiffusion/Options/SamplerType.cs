namespace Microsoft.ML.SimpleDiffusion;

/// <summary>The method that turns noise into an image step by step.</summary>
public enum SamplerType
{
    /// <summary>Ancestral sampling, the paper's sampler (appendix A).</summary>
    Ddpm,

    /// <summary>Denoising diffusion implicit models (Song et al. 2021), deterministic unless <see cref="SamplingOptions.DdimEta"/> is set.</summary>
    Ddim,

    /// <summary>DPM-Solver++ of second order, multistep (Lu et al. 2022): good images in about 20 steps.</summary>
    DpmSolverPlusPlus2M,
}
