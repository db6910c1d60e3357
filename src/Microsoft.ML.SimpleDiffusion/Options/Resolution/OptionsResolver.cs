namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Chooses everything that the options leave open, so that the model stores what was used.</summary>
internal static class OptionsResolver
{
    private const int MaxDefaultWarmup = 10_000;

    /// <summary>Returns a copy with nothing left open.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="hasGpu">Whether the network may be sized for a GPU.</param>
    /// <param name="seed">Seed to use if the options have none.</param>
    /// <param name="condition">What the model is conditioned on: the options of the text encoder are left alone where there is no text.</param>
    public static SimpleDiffusionOptions Resolve(SimpleDiffusionOptions options, bool hasGpu, int seed, ConditionKind condition = ConditionKind.None)
    {
        var resolved = options.Clone();
        resolved.Seed ??= seed;
        NetworkDefaults.Complete(resolved, hasGpu);
        if (condition is ConditionKind.Text or ConditionKind.Embeddings)
        {
            NetworkDefaults.CompleteText(resolved, hasGpu);
        }

        resolved.Training.WarmupSteps ??= Math.Clamp(resolved.Training.Steps / 20, 1, MaxDefaultWarmup);
        if (resolved.Diffusion.Loss == LossType.Auto)
        {
            // Appendix B.2 for the U-ViT ('v_mse'), section 2.1 for the U-Net.
            resolved.Diffusion.Loss = resolved.Network.Architecture == NetworkArchitecture.UNet ? LossType.Epsilon : LossType.V;
        }

        return resolved;
    }
}
